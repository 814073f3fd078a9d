import { useTranslation } from 'react-i18next';
import { errorText } from '../../api/errors';
import { formatNumber } from '../../ui/format';
import bulkCss from '../BulkDialog.module.css';
import type { Result } from './each';
import { type Line, parts } from './plan';
import css from './Rename.module.css';
import type { Results } from './useEach';

/** Lines that are shown; a table of thousands is not read. */
const SHOWN = 200;

/** Old names beside the new ones, and what stands against these or became of them. */
export function NamesTable({ lines, results }: { lines: readonly Line[]; results: Results }) {
	const { t } = useTranslation();
	// What is wrong is seen, be it the last of many.
	const rank = (line: Line) => (wrong(line, results.get(line.id)) ? 0 : 1);
	const shown = lines.length > SHOWN ? lines.toSorted((a, b) => rank(a) - rank(b)).slice(0, SHOWN) : lines;
	return (
		<div>
			{/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, by keyboard, too */}
			<section aria-label={t('rename.table')} className={`${bulkCss.scroll} ${css.scroll}`} tabIndex={0}>
				<table className={`${bulkCss.table} ${css.table}`}>
					<thead>
						<tr>
							<th scope="col">{t('rename.old')}</th>
							<th scope="col">{t('rename.new')}</th>
							<th scope="col">{t('rename.note')}</th>
						</tr>
					</thead>
					<tbody>
						{shown.map((line) => (
							<NamesLine key={line.id} line={line} result={results.get(line.id)} />
						))}
					</tbody>
				</table>
			</section>
			{lines.length > SHOWN && (
				<p className={bulkCss.asking}>{t('action.shownOf', { shown: SHOWN, all: formatNumber(lines.length) })}</p>
			)}
		</div>
	);
}

function NamesLine({ line, result }: { line: Line; result: Result | undefined }) {
	const { t } = useTranslation();
	const [before, fresh, after] = parts(line.old, line.next);
	const failure = result?.is === 'failed' ? errorText(result.error) : undefined;
	const note = result === undefined ? NOTES[line.is] : RESULTS[result.is];
	return (
		<tr data-is={result?.is ?? line.is}>
			<th scope="row">{line.old}</th>
			<td>
				{before}
				{fresh !== '' && line.is !== 'same' ? <mark>{fresh}</mark> : fresh}
				{after}
			</td>
			<td>{failure ?? (note && t(note))}</td>
		</tr>
	);
}

const NOTES = {
	same: 'rename.same',
	changed: undefined,
	taken: 'rename.taken',
	empty: 'rename.empty',
} as const;

const RESULTS = { doing: 'rename.doing', done: 'rename.done', failed: undefined } as const;

function wrong({ is }: Line, result: Result | undefined): boolean {
	return result === undefined ? is === 'empty' || is === 'taken' : result.is === 'failed';
}
