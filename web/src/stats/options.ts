/** How a chart is drawn: colours that the colour-blind tell apart, too, scales in the reader's language. */
import type uPlot from 'uplot';
import type { Chart, Unit } from './series';
import { inWords, marks } from './units';

/** Ten hues that differ in lightness, too; each passes 3:1 on its ground. The first stands for the whole. */
const COLOURS = {
	light: ['#3440b4', '#b34700', '#00785a', '#9b2f86', '#6b5a00', '#0077b0', '#a02c2c', '#4d5966', '#5b7f00', '#7a4fd0'],
	dark: ['#9aa8ff', '#ff9d5c', '#3ecfa2', '#f092d8', '#e0c34a', '#67c3f5', '#ff8f8f', '#b8c2cc', '#a9d357', '#c3a5ff'],
} as const;
export type Scheme = keyof typeof COLOURS;

export function colourOf(index: number, scheme: Scheme): string {
	const all = COLOURS[scheme];
	return all[index % all.length] ?? all[0];
}

/** Lines beyond the last hue have these strokes; so have the second lines of pairs. */
export function dashOf(index: number, dashed: boolean): number[] | undefined {
	if (dashed) return [5, 4];
	return index >= COLOURS.light.length ? [2, 3] : undefined;
}

/** What all charts of a page share: the moment under the pointer. */
const TOGETHER = 'performance';
export const HEIGHT = 200;

const POWERS_OF_TWO = Array.from({ length: 60 }, (_, power) => 2 ** power);

export interface Drawing {
	chart: Chart;
	stacks: boolean;
	/** Ids of lines that are not drawn. */
	hidden: ReadonlySet<string>;
	scheme: Scheme;
	/** Of text and of the grid. */
	ink: { text: string; grid: string };
	width: number;
	/** Told the place of the moment under the pointer. */
	onCursor: (place: number | null) => void;
	onZoom: (range: [from: number, to: number] | undefined) => void;
}

export function optionsOf({ chart, stacks, hidden, scheme, ink, width, onCursor, onZoom }: Drawing): uPlot.Options {
	const { unit, lines, most } = chart;
	const axis = { stroke: ink.text, font: '12px "Inter Variable", system-ui, sans-serif' };
	const grid = { stroke: ink.grid, width: 1 };
	return {
		width,
		height: HEIGHT,
		legend: { show: false },
		padding: [8, 28, 0, 0],
		cursor: {
			y: false,
			drag: { x: true, y: false, setScale: false },
			// The pointer is shared; what is drawn with it, one chart tells all.
			sync: {
				key: TOGETHER,
				setSeries: false,
				filters: { pub: (type) => type === 'mousemove' || type === 'mouseleave' },
			},
			bind: {
				dblclick: () => () => {
					onZoom(undefined);
					return null;
				},
			},
		},
		scales: { x: { time: true }, y: { range: (_, low, high) => rangeOf(unit, stacks ? undefined : most, low, high) } },
		axes: [
			{
				...axis,
				grid: { show: false },
				ticks: grid,
				space: 70,
				size: 30,
				values: (_, times, __, ___, distance) => marks(times, distance),
			},
			{
				...axis,
				grid,
				ticks: { show: false },
				size: 84,
				incrs: unit === 'bytes' || unit === 'bytesPerSecond' ? POWERS_OF_TWO : undefined,
				values: (_, values) => values.map((value) => inWords(unit, value)),
			},
		],
		series: [{}, ...lines.map((line) => seriesOf(line, hidden, scheme, stacks))],
		bands: stacks ? bandsOf(lines, hidden, scheme) : undefined,
		hooks: {
			setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)],
			setSelect: [
				(plot) => {
					const { left, width: selected } = plot.select;
					if (selected < 6) return;
					plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
					onZoom([plot.posToVal(left, 'x'), plot.posToVal(left + selected, 'x')]);
				},
			],
		},
	};
}

function seriesOf(
	line: Chart['lines'][number],
	hidden: ReadonlySet<string>,
	scheme: Scheme,
	stacks: boolean,
): uPlot.Series {
	const { id, colour, dashed = false } = line;
	const stroke = colourOf(colour, scheme);
	return {
		label: id,
		show: !hidden.has(id),
		stroke,
		fill: stacks ? `${stroke}66` : undefined,
		width: colour === 0 && !dashed ? 2 : 1.5,
		dash: dashOf(colour, dashed),
		points: { show: false },
		spanGaps: false,
	};
}

/** Fills between each line and the one that it stands on. */
function bandsOf(lines: Chart['lines'], hidden: ReadonlySet<string>, scheme: Scheme): uPlot.Band[] {
	const bands: uPlot.Band[] = [];
	let below: number | undefined;
	for (const [index, { id, colour }] of lines.entries()) {
		if (hidden.has(id)) continue;
		if (below !== undefined) bands.push({ series: [index + 1, below], fill: `${colourOf(colour, scheme)}66` });
		below = index + 1;
	}
	return bands;
}

/** From nothing to all there can be, or to a bit more than there is. */
function rangeOf(unit: Unit, most: number | undefined, low: number | null, high: number | null): [number, number] {
	if (most !== undefined) return [0, Math.max(most, high ?? 0) || 1];
	const top = (high ?? 0) * 1.08;
	if (unit === 'percent' && low !== null) return [0, Math.max(top, 1)];
	return [Math.min(0, low ?? 0), top > 0 ? top : 1];
}
