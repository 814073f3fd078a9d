/** The load of a VM or host in a list: a small line, and the number of now. */
import { useCallback, useSyncExternalStore } from 'react';
import { useWords } from '../i18n/words';
import { useLive } from '../live/hooks';
import type { Column } from '../table/column';
import { formatPercent } from '../ui/format';
import css from './LoadCell.module.css';
import { areaOf, HEIGHT, lineOf, nowOf, peakOf, WIDTH } from './load';

/** From here on it is told by a colour, too. */
const HIGH = 90;

/** By the server it is told of what is in sight; lists are not sorted by it. */
export const loadColumn: Column = {
	id: 'load',
	label: 'column.load',
	min: 132,
	grow: 0,
	needs: ['power_state'],
	cell: (row) => row.power_state === 'Running' && <LoadCell id={row.id} />,
	text: false,
};

function LoadCell({ id }: { id: string }) {
	const { loads } = useLive();
	const words = useWords();
	const load = useSyncExternalStore(
		useCallback((listener) => loads.watch(id, listener), [loads, id]),
		() => loads.get(id),
	);
	if (load === undefined) return null;
	const [now, peak] = [nowOf(load), peakOf(load)];
	if (peak === undefined) return <span className={css.none}>–</span>;
	const label = words.naming('load.peak', 'name', formatPercent(peak / 100));
	return (
		<span className={css.load} data-high={(now !== undefined && now >= HIGH) || undefined} title={label}>
			<svg aria-label={label} preserveAspectRatio="none" role="img" viewBox={`0 0 ${WIDTH} ${HEIGHT}`}>
				<path className={css.area} d={areaOf(load)} />
				<path className={css.line} d={lineOf(load)} />
			</svg>
			<span className={css.now}>{now === undefined ? '–' : formatPercent(now / 100)}</span>
		</span>
	);
}
