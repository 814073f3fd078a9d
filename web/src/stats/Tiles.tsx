/** How busy an object is, at a glance: asked once, when its page is opened. Each tile leads to the charts. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { NounId } from '../list/noun';
import { useConnectionState, useLive } from '../live/hooks';
import type { Chart, ChartId } from './series';
import css from './Tiles.module.css';
import { inWords } from './units';
import { askStats, type Kind, type OfKind } from './useStats';

interface TilesProps<K extends Kind> {
	kind: K;
	id: string;
	list: NounId;
	/** One line a chart. */
	charts: (stats: OfKind[K]) => Chart[];
}

const SHOWN = ['cpu', 'memory', 'network', 'throughput'] as const satisfies readonly ChartId[];

export function Tiles<K extends Kind>({ kind, id, list, charts }: TilesProps<K>) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const { is } = useConnectionState();
	const { data } = useQuery({
		queryKey: ['stats', 'tiles', kind, id],
		queryFn: () => askStats(connection, kind, id, 'seconds'),
		enabled: is === 'live',
		networkMode: 'always',
		refetchOnWindowFocus: false,
		refetchOnReconnect: false,
		retry: false,
		gcTime: 0,
	});
	if (data === undefined) return <div className={css.room} />;
	const known = charts(data.stats);
	return (
		<ul aria-label={t('object.performance')} className={css.tiles}>
			{SHOWN.map((name) => {
				const chart = known.find((one) => one.id === name);
				const [line] = chart?.lines ?? [];
				if (chart === undefined || line === undefined) return null;
				const now = inWords(chart.unit, line.values.at(-1));
				return (
					<li key={name}>
						<Link className={css.tile} params={{ list, id, section: 'stats' }} search={{}} to="/$list/$id/$section">
							<span className={css.title}>{t(`stats.tile.${name}`)}</span>
							<span className={css.now}>{now}</span>
							<Spark most={chart.most} values={line.values} />
						</Link>
					</li>
				);
			})}
		</ul>
	);
}

const [WIDTH, HEIGHT] = [120, 28];

/** The last minutes, without scales. */
function Spark({ values, most }: { values: readonly (number | null)[]; most: number | undefined }) {
	const top = most ?? Math.max(0, ...values.map((value) => value ?? 0)) * 1.1;
	const step = WIDTH / Math.max(1, values.length - 1);
	let path = '';
	let isDrawing = false;
	for (const [index, value] of values.entries()) {
		if (value === null) {
			isDrawing = false;
			continue;
		}
		const height = HEIGHT - 1 - Math.min(1, value / (top || 1)) * (HEIGHT - 2);
		path += `${isDrawing ? 'L' : 'M'}${(index * step).toFixed(1)} ${height.toFixed(1)}`;
		isDrawing = true;
	}
	return (
		<svg aria-hidden="true" className={css.spark} preserveAspectRatio="none" viewBox={`0 0 ${WIDTH} ${HEIGHT}`}>
			<path d={path} fill="none" stroke="currentColor" strokeWidth="1.5" vectorEffect="non-scaling-stroke" />
		</svg>
	);
}
