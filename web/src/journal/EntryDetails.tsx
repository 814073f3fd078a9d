/** One entry of the journal, whole. */
import { useTranslation } from 'react-i18next';
import { Fact } from '../list/Drawer';
import facts from '../list/Drawer.module.css';
import { list, text } from '../list/noun';
import type { Row } from '../live/view';
import { formatTime } from '../ui/format';
import type { Entry } from './entries';
import css from './Journal.module.css';

export function EntryDetails({ row }: { row: Row }) {
	const { t } = useTranslation();
	const entry = row.entry as Entry;
	return (
		<>
			<dl className={facts.facts}>
				<Fact label={t('journal.time')}>{formatTime(entry.time / 1000)}</Fact>
				<Fact label={t('journal.who')}>{text(row, 'who')}</Fact>
				<Fact label={t('journal.what')}>{text(row, 'what')}</Fact>
				<Fact label={t('journal.objects')}>{list(row, 'objects').join(', ') || t('none')}</Fact>
				{entry.type === 'call' && (
					<>
						<Fact label={t('journal.outcome')}>{text(row, 'outcome')}</Fact>
						<Fact label={t('journal.took')}>{t('journal.ms', { count: entry.time - entry.start })}</Fact>
					</>
				)}
			</dl>
			{text(row, 'why') !== '' && <p className={css.bad}>{text(row, 'why')}</p>}
			{entry.type === 'call' && entry.params !== undefined && <Json title={t('journal.params')} value={entry.params} />}
			{entry.type === 'call' && entry.error !== undefined && <Json title={t('journal.error')} value={entry.error} />}
			{entry.type === 'event' && <Changes changes={entry.changes} />}
		</>
	);
}

function Json({ title, value }: { title: string; value: unknown }) {
	return (
		<section>
			<h3 className={facts.heading}>{title}</h3>
			{/* biome-ignore lint/a11y/noNoninteractiveTabindex: what is too long for it is scrolled by keys, too */}
			<section aria-label={title} className={css.json} tabIndex={0}>
				<pre>{JSON.stringify(value, null, 2)}</pre>
			</section>
		</section>
	);
}

function Changes({ changes }: { changes: Readonly<Record<string, unknown>> }) {
	const { t } = useTranslation();
	const all = Object.entries(changes);
	if (all.length === 0) return null;
	return (
		<table className={css.changes}>
			<thead>
				<tr>
					<th scope="col">{t('journal.field')}</th>
					<th scope="col">{t('journal.before')}</th>
					<th scope="col">{t('journal.after')}</th>
				</tr>
			</thead>
			<tbody>
				{all.map(([field, change]) => {
					const [before, after] = Array.isArray(change) ? change : [undefined, undefined];
					return (
						<tr key={field}>
							<th scope="row">{field}</th>
							<td>{Array.isArray(change) ? words(before) : t('journal.tooLong')}</td>
							<td>{Array.isArray(change) ? words(after) : ''}</td>
						</tr>
					);
				})}
			</tbody>
		</table>
	);
}

function words(value: unknown): string {
	return typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value);
}
