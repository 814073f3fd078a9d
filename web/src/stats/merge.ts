/** The charts of several objects, as one page of them. */
import { align, type Chart, type Grid, type Measured } from './series';

export interface Shown {
	chart: Chart;
	grid: Grid;
	step: number;
}

export interface Named extends Measured {
	id: string;
	name: string;
}

/** The charts of one object as they are; of several, those of the first with a line for each. */
export function merge(all: readonly Named[]): Shown[] {
	const [first] = all;
	if (first === undefined) return [];
	const { step } = first;
	if (all.length === 1) {
		return first.charts.map((chart) => {
			const grid = align(
				chart.lines.map(({ values }) => ({ end: first.end, values })),
				step,
			);
			return { chart, grid, step };
		});
	}
	return first.charts.map((chart) => {
		const found = all.flatMap((one, index) => {
			const line = one.charts.find(({ id }) => id === chart.id)?.lines[0];
			if (line === undefined) return [];
			return [{ end: one.end, line: { ...line, id: one.id, label: one.name, colour: index, dashed: false } }];
		});
		const lines = found.map(({ line }) => line);
		const grid = align(
			found.map(({ end, line }) => ({ end, values: line.values })),
			step,
		);
		// Each has another size.
		const most = chart.unit === 'percent' ? chart.most : undefined;
		return { chart: { ...chart, lines, most, stacks: false }, grid, step };
	});
}
