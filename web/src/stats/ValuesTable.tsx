/** A chart for those who do not see it, or want its numbers. */
import { useTranslation } from 'react-i18next';
import type { Chart, Grid } from './series';
import { inWords, momentInWords } from './units';
import css from './ValuesTable.module.css';

interface ValuesTableProps {
	chart: Chart;
	grid: Grid;
	step: number;
	range: [from: number, to: number] | undefined;
	title: string;
}

export function ValuesTable({ chart, grid, step, range, title }: ValuesTableProps) {
	const { t } = useTranslation();
	const places = grid.times
		.map((_, place) => place)
		.filter((place) => isIn(grid.times[place] ?? 0, range))
		.reverse();
	const known = grid.rows.map((row) => places.flatMap((place) => row[place] ?? []));
	const whole: [string, (values: number[]) => number][] = [
		[t('stats.highest'), (values) => Math.max(...values)],
		[t('stats.average'), (values) => values.reduce((a, b) => a + b, 0) / values.length],
		[t('stats.lowest'), (values) => Math.min(...values)],
	];
	return (
		// biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard.
		<section aria-label={title} className={css.frame} tabIndex={0}>
			<table className={css.table}>
				<caption>{title}</caption>
				<thead>
					<tr>
						<th scope="col">{t('stats.when')}</th>
						{chart.lines.map(({ id, label }) => (
							<th key={id} scope="col">
								{label}
							</th>
						))}
					</tr>
				</thead>
				<tbody>
					{whole.map(([label, of]) => (
						<tr className={css.whole} key={label}>
							<th scope="row">{label}</th>
							{chart.lines.map(({ id }, index) => {
								const values = known[index] ?? [];
								return <td key={id}>{inWords(chart.unit, values.length === 0 ? null : of(values))}</td>;
							})}
						</tr>
					))}
					{places.map((place) => (
						<tr key={grid.times[place]}>
							<th scope="row">{momentInWords(grid.times[place] ?? 0, step)}</th>
							{chart.lines.map(({ id }, index) => (
								<td key={id}>{inWords(chart.unit, grid.rows[index]?.[place])}</td>
							))}
						</tr>
					))}
				</tbody>
			</table>
		</section>
	);
}

function isIn(time: number, range: [from: number, to: number] | undefined): boolean {
	return range === undefined || (time >= range[0] && time <= range[1]);
}
