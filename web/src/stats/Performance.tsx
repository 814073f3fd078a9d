/** The section of an object's page with what was measured of it, alone or beside others of its kind. */
import { Loader } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../api/errors';
import { usePageSearch } from '../app/PageLink';
import { nameLabel } from '../list/noun';
import { useView } from '../live/hooks';
import { idFilter } from '../live/names';
import { useKept } from '../ui/kept';
import { Controls } from './Controls';
import type { Detail } from './charts';
import { merge, type Named } from './merge';
import css from './Performance.module.css';
import { Plot } from './Plot';
import { type Chart, GRANULARITIES, type Granularity } from './series';
import { type Kind, type OfKind, useStats } from './useStats';
import { ValuesTable } from './ValuesTable';

interface PerformanceProps<K extends Kind> {
	kind: K;
	/** What the page is of: one object, or those that make it up. */
	own: readonly string[];
	/** The charts that statistics make. */
	charts: (stats: OfKind[K], detail: Detail) => Chart[];
	/** Why nothing is measured. */
	off?: string;
}

/** Objects on one page, at most: more lines are told apart by nobody. */
const MOST = 10;

export function Performance<K extends Kind>({ kind, own, charts, off }: PerformanceProps<K>) {
	const { t } = useTranslation();
	const search = usePageSearch();
	const [kept, keep] = useKept('stats.granularity', 'seconds');
	const granularity = GRANULARITIES.find((one) => one === (search.every ?? kept)) ?? 'seconds';
	const others = useMemo(() => (search.with ?? '').split(' ').filter(Boolean), [search.with]);
	const [stack, setStack] = useKept('stats.stack', 'no');
	const [tables, setTables] = useState(false);
	const [range, setRange] = useState<[from: number, to: number]>();
	const ids = useMemo(() => [...own, ...others].slice(0, MOST), [own, others]);
	const asked = useStats(kind, ids, granularity, off === undefined);
	const names = useNames(kind, ids);
	const shown = useMemo(() => {
		const detail = ids.length > 1 ? 'total' : 'all';
		return merge(
			asked.flatMap(({ id: one, answer }): Named[] =>
				answer === undefined
					? []
					: [
							{
								id: one,
								name: names.get(one) ?? one.slice(0, 8),
								end: answer.endTimestamp,
								step: answer.interval,
								charts: charts(answer.stats, detail),
							},
						],
			),
		);
	}, [asked, names, charts, ids]);
	const failed = asked.filter(({ error }) => error !== null);
	const isWaiting = asked[0]?.answer === undefined && asked[0]?.error === null;
	if (off !== undefined) return <p className={css.none}>{off}</p>;
	const controls = {
		kind,
		own,
		others,
		names,
		granularity,
		range,
		times: shown[0]?.grid.times ?? [],
		canAdd: ids.length < MOST,
		stack: stack === 'yes',
		canStack: ids.length === 1,
		tables,
		onStack: (on: boolean) => setStack(on ? 'yes' : 'no'),
		onTables: setTables,
		onRange: setRange,
		onKeep: (one: Granularity) => {
			setRange(undefined);
			keep(one);
		},
	};
	return (
		<main className={css.page}>
			<Controls {...controls} />
			{own.length > MOST && <p className={css.note}>{t('stats.most', { most: MOST, number: own.length })}</p>}
			{failed.map(({ id: one, error }) => (
				<p className={css.failed} key={one} role="alert">
					{t('stats.failed', { name: names.get(one) ?? one, why: errorText(error) })}
				</p>
			))}
			{isWaiting && (
				<p className={css.none} role="status">
					<Loader size="xs" /> {t('stats.waiting')}
				</p>
			)}
			{shown.length === 0 && !isWaiting && failed.length === 0 && <p className={css.none}>{t('stats.nothing')}</p>}
			<div className={css.charts} data-tables={tables || undefined}>
				{shown.map(({ chart, grid, step }) => {
					const shared = { chart, grid, step, range, title: t(`stats.title.${chart.id}`) };
					return tables ? (
						<ValuesTable key={chart.id} {...shared} />
					) : (
						<Plot key={chart.id} {...shared} onZoom={setRange} stack={stack === 'yes'} />
					);
				})}
			</div>
		</main>
	);
}

function useNames(kind: Kind, ids: readonly string[]): ReadonlyMap<string, string> {
	const wish = useMemo(
		() => ({ type: kind, filter: idFilter(ids), columns: ['name_label'], limit: MOST }),
		[kind, ids],
	);
	const { rows } = useView(wish);
	return useMemo(() => new Map(rows.map((row) => [row.id, nameLabel(row)])), [rows]);
}
