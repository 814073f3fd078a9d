/** Chooses where the new disks of a pool go; of several pools, for each its own. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '../form/FormDialog';
import { ObjectSelect } from '../form/ObjectSelect';
import { type DialogProps, number, text } from '../list/noun';
import { subject } from '../list/target';
import { useTargetRows } from '../list/useTargetRows';
import { useLive } from '../live/hooks';
import type { Row } from '../live/view';
import { formatBytes } from '../ui/format';

const NEEDS = ['default_SR'];
const COLUMNS = ['size', 'physical_usage', 'shared'];

export default function DefaultSrDialog({ noun, action, target, onClose }: DialogProps) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const pools = useTargetRows(noun, target, NEEDS);
	const [chosen, setChosen] = useState<Readonly<Record<string, string | undefined>>>({});
	const changed = Object.values(chosen).filter((sr) => sr !== undefined);
	const name = subject(target, noun, (count) => t(noun.counted, { count }));
	const free = (sr: Row) =>
		[
			t('overview.free', {
				size: formatBytes(Math.max(0, (number(sr, 'size') ?? 0) - (number(sr, 'physical_usage') ?? 0))),
			}),
			...(sr.shared === true ? [t('sr.shared')] : []),
		].join(', ');
	return (
		<FormDialog
			action={t('poolPage.makeDefault')}
			onClose={onClose}
			onSubmit={async () => {
				for (const sr of changed) await connection.call('pool.setDefaultSr', { sr });
			}}
			ready={changed.length > 0}
			title={t('action.ask', { action: t(action.label), name })}
		>
			<p>{t('poolPage.defaultSrWhat')}</p>
			{pools.map((pool) => (
				<ObjectSelect
					columns={COLUMNS}
					filter={`$pool:${pool.id} !content_type:iso size:>0`}
					hint={free}
					key={pool.id}
					label={pools.length > 1 ? noun.name(pool) : t('pool.defaultSr')}
					onChange={(sr) => setChosen({ ...chosen, [pool.id]: sr?.id })}
					type="SR"
					value={chosen[pool.id] ?? (text(pool, 'default_SR') || undefined)}
				/>
			))}
		</FormDialog>
	);
}
