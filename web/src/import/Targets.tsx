/** Where imports go: a pool, and in it a storage for disks and one for images of discs, as far as there are such. */
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ObjectSelect } from '../form/ObjectSelect';
import { text } from '../list/noun';
import { useView } from '../live/hooks';
import { SrSelect } from '../sr/SrSelect';
import { Part } from '../ui/FormPage';
import { useDefaultSr } from '../vdi/DiskForm';
import type { Goal, Item } from './item';

interface TargetsProps {
	items: readonly Item[];
	goal: Goal;
	onChange: (goal: Goal) => void;
	/** The storage from whose page somebody came. */
	preset: string | undefined;
}

const POOLS = { type: 'pool', filter: '', sort: ['name_label'], columns: ['name_label'], limit: 2 };

export function Targets({ items, goal, onChange, preset }: TargetsProps) {
	const { t } = useTranslation();
	const [chosen, setPool] = useState<string>();
	const { rows: pools, view } = useView(POOLS);
	const from = usePreset(preset);
	const [only] = view.total === 1 ? pools : [];
	const pool = chosen ?? (from === undefined ? undefined : text(from, '$pool')) ?? only?.id;
	const usual = useDefaultSr(pool);
	const library = useLibrary(pool);
	const isLibrary = from !== undefined && text(from, 'content_type') === 'iso';
	const here = from !== undefined && text(from, '$pool') === pool;
	const sr = (here && !isLibrary ? from.id : undefined) ?? usual?.id;
	const discs = (here && isLibrary ? from.id : undefined) ?? library;
	useEffect(() => onChange({ sr, discs }), [sr, discs, onChange]);
	const hasDiscs = items.some(({ format }) => format === 'iso') || (items.length === 0 && isLibrary);
	const hasDisks = items.some(({ format }) => format !== 'iso') || (items.length === 0 && !isLibrary);
	return (
		<Part help={t('import.targetHelp')} title={t('import.target')}>
			{view.total !== 1 && (
				<ObjectSelect label={t('pool.one')} onChange={(row) => setPool(row?.id)} required type="pool" value={pool} />
			)}
			{hasDisks && (
				<SrSelect
					label={t('import.disksTo')}
					onChange={(row) => onChange({ ...goal, sr: row?.id })}
					pool={pool}
					required
					value={goal.sr}
				/>
			)}
			{hasDiscs && (
				<SrSelect
					description={goal.discs === undefined ? t('disk.noDiscs') : undefined}
					holds="discs"
					label={t('import.discsTo')}
					onChange={(row) => onChange({ ...goal, discs: row?.id })}
					pool={pool}
					required
					value={goal.discs}
				/>
			)}
		</Part>
	);
}

const COLUMNS = ['content_type', '$pool'];

function usePreset(id: string | undefined) {
	const [wish] = useState(() =>
		id === undefined ? undefined : { type: 'SR', filter: `id:${id}`, columns: COLUMNS, limit: 1 },
	);
	return useView(wish).rows[0];
}

/** The largest storage of a pool that holds images of discs and takes more. */
function useLibrary(pool: string | undefined): string | undefined {
	const [wish, setWish] = useState<{
		type: string;
		filter: string;
		sort: string[];
		columns: string[];
		limit: number;
	}>();
	useEffect(() => {
		if (pool === undefined) return;
		const filter = `$pool:${pool} content_type:iso !SR_type:udev`;
		setWish({ type: 'SR', filter, sort: ['-size'], columns: ['size'], limit: 1 });
	}, [pool]);
	return useView(wish).rows[0]?.id;
}
