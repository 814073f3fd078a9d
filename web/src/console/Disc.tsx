/** The disc in the CD drive of a VM: which it is, another one, none. */
import { Button } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '../form/FormDialog';
import { ObjectSelect } from '../form/ObjectSelect';
import { number, text } from '../list/noun';
import { useLive, useName, useView } from '../live/hooks';
import type { Row } from '../live/view';
import { formatBytes } from '../ui/format';
import { DiskIcon } from '../ui/icons';
import { useTell } from '../ui/tell';
import { useDiscSrs } from '../vdi/discs';
import css from './Console.module.css';
import { Tool } from './Toolbar';

interface DiscProps {
	vm: string;
	name: string;
	pool: string;
}

export function Disc(props: DiscProps) {
	const { t } = useTranslation();
	const [open, setOpen] = useState(false);
	const wish = useMemo(
		() => ({
			type: 'VBD',
			filter: `VM:${props.vm} is_cd_drive?`,
			columns: ['VDI', 'is_cd_drive', 'VM'],
			limit: 4,
		}),
		[props.vm],
	);
	const { rows } = useView(wish);
	const disc = rows.map((row) => text(row, 'VDI')).find((id) => id !== '');
	const label = useName('VDI', disc);
	return (
		<>
			<Tool
				icon={DiskIcon}
				label={disc === undefined ? t('console.disc.none') : t('console.disc.in', { disc: label ?? disc })}
				onClick={() => setOpen(true)}
			/>
			{open && <DiscDialog {...props} disc={disc} drive={rows[0]} label={label} onClose={() => setOpen(false)} />}
		</>
	);
}

interface DiscDialogProps extends DiscProps {
	disc: string | undefined;
	label: string | undefined;
	/** Its CD drive, where it has one. */
	drive: Row | undefined;
	onClose: () => void;
}

function DiscDialog({ vm, name, pool, disc, drive, label, onClose }: DiscDialogProps) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const tell = useTell();
	const [chosen, setChosen] = useState<Row>();
	const discs = useDiscSrs(pool);
	const eject = () => {
		const words = {
			action: t('console.disc.eject'),
			doing: t('console.disc.ejecting', { name }),
			done: t('console.disc.ejected', { name }),
			name,
		};
		void tell(words, () => connection.call('vm.ejectCd', { id: vm }));
	};
	return (
		<FormDialog
			action={t('console.disc.insert')}
			onClose={onClose}
			onSubmit={() => (chosen === undefined ? undefined : connection.call('vm.insertCd', { id: vm, cd_id: chosen.id }))}
			ready={chosen !== undefined}
			title={t('console.disc.of', { name })}
		>
			<div className={css.row}>
				<span>{disc === undefined ? t('console.disc.empty') : t('console.disc.in', { disc: label ?? disc })}</span>
				{disc !== undefined && (
					<Button onClick={eject} size="compact-sm" variant="default">
						{t('console.disc.eject')}
					</Button>
				)}
			</div>
			{drive === undefined && <p className={css.dim}>{t('console.disc.noDrive')}</p>}
			<ObjectSelect
				columns={COLUMNS}
				description={discs === '' ? t('console.disc.noLibrary') : undefined}
				filter={`$SR:${discs === '' ? 'none' : discs}`}
				hint={(row) => formatBytes(number(row, 'size') ?? 0)}
				label={t('console.disc.choose')}
				onChange={setChosen}
				type="VDI"
				value={chosen?.id}
			/>
		</FormDialog>
	);
}

const COLUMNS = ['size'];
