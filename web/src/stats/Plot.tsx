/** One chart with its legend, which tells the values under the pointer, or the last. */
import 'uplot/dist/uPlot.min.css';
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import uPlot from 'uplot';
import { colourOf, dashOf, HEIGHT, optionsOf } from './options';
import css from './Plot.module.css';
import { type Chart, type Grid, type Line, stacked } from './series';
import { inWords, momentInWords } from './units';

interface PlotProps {
	chart: Chart;
	/** The values of the lines, in their order. */
	grid: Grid;
	step: number;
	stack: boolean;
	/** What is shown of the time; all, where nothing is said. */
	range: [from: number, to: number] | undefined;
	onZoom: (range: [from: number, to: number] | undefined) => void;
	title: string;
}

export function Plot({ chart, grid, step, stack, range, onZoom, title }: PlotProps) {
	const { t } = useTranslation();
	const scheme = useComputedColorScheme('light');
	const frame = useRef<HTMLDivElement>(null);
	const plot = useRef<uPlot>(undefined);
	const zoom = useRef(onZoom);
	const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
	const [place, setPlace] = useState<number | null>(null);
	const stacks = stack && chart.stacks && chart.lines.length > 1;
	// What is a whole is no part of itself.
	const lines = useMemo(
		() => (stacks ? chart.lines.filter(({ id }) => id !== 'total') : chart.lines),
		[chart.lines, stacks],
	);
	const shown = useMemo(() => ({ ...chart, lines }), [chart, lines]);
	const rows = useMemo(() => {
		const kept = grid.rows.filter((_, index) => lines.includes(chart.lines[index] as Line));
		if (!stacks) return kept;
		const parts = stacked(kept.filter((_, index) => !hidden.has(lines[index]?.id ?? '')));
		return kept.map((row, index) => (hidden.has(lines[index]?.id ?? '') ? row : (parts.shift() ?? row)));
	}, [grid, chart.lines, lines, stacks, hidden]);
	// A chart is made anew where its lines are others, and otherwise takes new values.
	const shape = JSON.stringify([
		lines.map(({ id, colour }) => [id, colour]),
		chart.unit,
		chart.most,
		stacks,
		[...hidden],
	]);
	const latest = useRef({ shown, rows, times: grid.times, range });
	useEffect(() => {
		latest.current = { shown, rows, times: grid.times, range };
		zoom.current = onZoom;
	});
	// biome-ignore lint/correctness/useExhaustiveDependencies: the shape stands for the lines.
	useEffect(() => {
		const element = frame.current;
		if (element === null) return;
		const { color, borderTopColor } = getComputedStyle(element);
		const options = optionsOf({
			chart: latest.current.shown,
			stacks,
			hidden,
			scheme,
			ink: { text: color, grid: borderTopColor },
			width: element.clientWidth,
			onCursor: setPlace,
			onZoom: (next) => zoom.current(next),
		});
		const made = new uPlot(options, dataOf(latest.current), element);
		plot.current = made;
		scaleTo(made, latest.current);
		const follows = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
		follows.observe(element);
		return () => {
			follows.disconnect();
			made.destroy();
			plot.current = undefined;
		};
	}, [shape, scheme]);
	useEffect(() => {
		const now = { rows, times: grid.times, range };
		plot.current?.setData(dataOf(now), false);
		if (plot.current !== undefined) scaleTo(plot.current, now);
	}, [rows, grid.times, range]);
	const last = lastKnown(grid);
	const at = place ?? last;
	const time = grid.times[at];
	const values = chart.lines.map((line, index) => ({ line, value: grid.rows[index]?.[at] }));
	const summary = values
		.slice(0, 4)
		.map(({ line, value }) => `${line.label} ${inWords(chart.unit, value)}`)
		.join(', ');
	const toggle = (id: string) => {
		const next = new Set(hidden);
		if (!next.delete(id)) next.add(id);
		setHidden(next);
	};
	return (
		<section aria-label={title} className={css.plot}>
			<header className={css.head}>
				<h2>{title}</h2>
				<span className={css.time}>{time !== undefined && momentInWords(time, step)}</span>
			</header>
			<div aria-label={t('stats.drawn', { title, summary })} className={css.frame} ref={frame} role="img" />
			<ul className={css.legend}>
				{values
					.filter(({ line }) => lines.includes(line))
					.map(({ line, value }) => (
						<li key={line.id}>
							<button aria-pressed={!hidden.has(line.id)} onClick={() => toggle(line.id)} type="button">
								<svg aria-hidden="true" height="10" viewBox="0 0 20 10" width="20">
									<line
										stroke={colourOf(line.colour, scheme)}
										strokeDasharray={dashOf(line.colour, line.dashed === true)?.join(' ')}
										strokeWidth="3"
										x2="20"
										y1="5"
										y2="5"
									/>
								</svg>
								{line.label} <span className={css.value}>{inWords(chart.unit, value)}</span>
							</button>
						</li>
					))}
			</ul>
		</section>
	);
}

function dataOf({ times, rows }: { times: number[]; rows: (number | null)[][] }): uPlot.AlignedData {
	return [times, ...rows];
}

function scaleTo(plot: uPlot, { times, range }: { times: number[]; range: [number, number] | undefined }) {
	const [min = 0, max = 1] = range ?? [times[0], times.at(-1)];
	plot.batch(() => plot.setScale('x', { min, max }));
}

/** The place of the last moment of which anything is known. */
function lastKnown({ times, rows }: Grid): number {
	for (let place = times.length - 1; place >= 0; place--) {
		if (rows.some((row) => row[place] !== null && row[place] !== undefined)) return place;
	}
	return times.length - 1;
}
