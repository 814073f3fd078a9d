/** Moves disks to another storage of their pool, also while their VM runs. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '../form/FormDialog';
import { act } from '../list/act';
import { type DialogProps, number, text } from '../list/noun';
import { size, subject } from '../list/target';
import { useLive, useNamed } from '../live/hooks';
import type { Row } from '../live/view';
import { freeOf, SrSelect } from '../sr/SrSelect';
import { formatBytes } from '../ui/format';
import { useTell } from '../ui/tell';
import { Warning } from '../ui/Warning';

export default function MigrateDialog({ noun, action, target, onClose }: DialogProps) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const tell = useTell();
	const [sr, setSr] = useState<Row>();
	const name = subject(target, noun, (count) => t(noun.counted, { count }));
	const rows = target.is === 'rows' ? target.rows : [];
	const pools = [...new Set(rows.map((row) => text(row, '$pool')))];
	const [only] = size(target) === 1 ? rows : [];
	// The row of a drive names its disk only.
	const disk = useNamed('VDI', only === undefined ? undefined : (action.of?.(only) ?? only.id));
	const needed = rows.reduce((sum, row) => sum + (number(row === only ? (disk ?? row) : row, 'size') ?? 0), 0);
	const free = sr === undefined ? undefined : freeOf(sr);
	return (
		<FormDialog
			action={t('disk.migrate')}
			onClose={onClose}
			onSubmit={async () => {
				if (sr === undefined) return;
				const words = {
					action: t(action.label),
					doing: t(action.doing, { name }),
					done: t(action.done, { name }),
					name,
				};
				void tell(words, () => act(connection, action, target, { sr_id: sr.id }));
			}}
			ready={sr !== undefined && pools.length < 2}
			title={t('action.ask', { action: t(action.label), name })}
		>
			<p>{t('disk.migrateHelp')}</p>
			{pools.length > 1 && <Warning>{t('disk.severalPools')}</Warning>}
			<SrSelect
				except={disk === undefined ? undefined : text(disk, '$SR')}
				label={t('disk.target')}
				onChange={setSr}
				pool={pools[0]}
				required
				value={sr?.id}
			/>
			{free !== undefined && needed > free && (
				<Warning>{t('disk.noRoom', { free: formatBytes(free), needed: formatBytes(needed) })}</Warning>
			)}
		</FormDialog>
	);
}
