/** The disc in the CD drive of a VM: which it is, another one, none. */
import { Button } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '../form/FormDialog';
import { ObjectSelect } from '../form/ObjectSelect';
import { text } from '../list/noun';
import { useLive, useName, useView } from '../live/hooks';
import type { Row } from '../live/view';
import { DiskIcon } from '../ui/icons';
import { useTell } from '../ui/tell';
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
			{open && <DiscDialog {...props} disc={disc} label={label} onClose={() => setOpen(false)} />}
		</>
	);
}

interface DiscDialogProps extends DiscProps {
	disc: string | undefined;
	label: string | undefined;
	onClose: () => void;
}

function DiscDialog({ vm, name, pool, disc, label, onClose }: DiscDialogProps) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const tell = useTell();
	const [chosen, setChosen] = useState<Row>();
	const libraries = useMemo(
		() => ({ type: 'SR', filter: `content_type:iso $pool:${pool}`, columns: ['name_label'], limit: 100 }),
		[pool],
	);
	const { rows: srs, view } = useView(libraries);
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
			{view.isSettled && srs.length === 0 ? (
				<p className={css.dim}>{t('console.disc.noLibrary')}</p>
			) : (
				<ObjectSelect
					columns={COLUMNS}
					filter={srs.length === 0 ? 'id:none' : `$SR:|(${srs.map(({ id }) => id).join(' ')})`}
					hint={(row) => text(srs.find(({ id }) => id === row.$SR) ?? row, 'name_label')}
					label={t('console.disc.choose')}
					onChange={setChosen}
					type="VDI"
					value={chosen?.id}
				/>
			)}
		</FormDialog>
	);
}

const COLUMNS = ['$SR'];
