/** What was measured, as charts: which lines each has, on one scale of time. No I/O. */
import type { Values } from '../api/schema';

export type Granularity = 'seconds' | 'minutes' | 'hours' | 'days';
export const GRANULARITIES: readonly Granularity[] = ['seconds', 'minutes', 'hours', 'days'];

export type Unit = 'percent' | 'bytes' | 'bytesPerSecond' | 'perSecond' | 'milliseconds' | 'share' | 'number';
export type ChartId = 'cpu' | 'memory' | 'network' | 'throughput' | 'iops' | 'latency' | 'iowait' | 'load';

export interface Line {
	/** The same from answer to answer. */
	id: string;
	label: string;
	values: Values;
	/** Lines of the same thing have the same colour; the second of a pair is dashed. */
	colour: number;
	dashed?: boolean;
}

export interface Chart {
	id: ChartId;
	unit: Unit;
	lines: Line[];
	/** The most that there can be, for the height of the chart. */
	most?: number;
	/** Whether its lines are parts of a whole. */
	stacks: boolean;
}

/** The charts of one object, and when its values end, in seconds since the epoch. */
export interface Measured {
	end: number;
	/** Seconds from one value to the next. */
	step: number;
	charts: Chart[];
}

/** Sums lists that end at the same time; nothing is known of a moment of which no list knows anything. */
export function sum(lists: readonly Values[]): Values {
	return combine(lists, (values) => values.reduce((a, b) => a + b, 0));
}

export function mean(lists: readonly Values[]): Values {
	return combine(lists, (values) => values.reduce((a, b) => a + b, 0) / values.length);
}

function combine(lists: readonly Values[], join: (values: number[]) => number): Values {
	const length = Math.max(0, ...lists.map((list) => list.length));
	return Array.from({ length }, (_, index) => {
		const known = lists.flatMap((list) => list[list.length - length + index] ?? []);
		return known.length === 0 ? null : join(known);
	});
}

/** One list less another, such as what is free of what there is. */
export function minus(all: Values, part: Values): Values {
	return all.map((value, index) => {
		const other = part[part.length - all.length + index];
		return value === null || other === null || other === undefined ? null : value - other;
	});
}

/** A moment as a number of steps: answers of several hosts do not end in the same second. */
const stepOf = (time: number, step: number) => Math.floor(time / step);

export interface Grid {
	/** Seconds since the epoch. */
	times: number[];
	rows: (number | null)[][];
}

/** Lists that end at different times, on one scale of time without holes; what is not known is a gap. */
export function align(lists: readonly { end: number; values: Values }[], step: number): Grid {
	const ends = lists.map(({ end }) => stepOf(end, step));
	const last = Math.max(...ends);
	const first = Math.min(...lists.map(({ values }, index) => (ends[index] ?? last) - values.length + 1));
	if (!Number.isFinite(first) || !Number.isFinite(last)) return { times: [], rows: lists.map(() => []) };
	const times = Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
	const rows = lists.map(({ values }, index) => {
		const before = (ends[index] ?? last) - values.length + 1 - first;
		return times.map((_, place) => values[place - before] ?? null);
	});
	return { times, rows };
}

/** Each line on top of those before it; a moment of which nothing is known stays a gap. */
export function stacked(rows: readonly (readonly (number | null)[])[]): (number | null)[][] {
	const heights: number[] = [];
	return rows.map((row) =>
		row.map((value, place) => {
			heights[place] = (heights[place] ?? 0) + (value ?? 0);
			return value === null ? null : heights[place];
		}),
	);
}
