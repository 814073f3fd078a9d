/** Updates as a table: what each is, how large, what is to be done after it, and what has changed by it. */
import { Checkbox } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { formatBytes, formatTime } from '../ui/format';
import { OpenIcon } from '../ui/icons';
import { keyOf, type Patch } from './missing';
import css from './PatchTable.module.css';

interface PatchTableProps {
	label: string;
	patches: readonly Patch[];
	/** The chosen ones, where they can be installed one by one. */
	chosen?: ReadonlySet<string>;
	onChoose?: (key: string, is: boolean) => void;
}

export function PatchTable({ label, patches, chosen, onChoose }: PatchTableProps) {
	const { t } = useTranslation();
	const has = (property: keyof Patch) =>
		patches.some((patch) => patch[property] !== undefined && patch[property] !== '');
	const isDated = has('date') || has('releaseDate');
	return (
		<table className={css.patches}>
			<caption>{label}</caption>
			<thead>
				<tr>
					{onChoose !== undefined && <td />}
					<th scope="col">{t('column.name')}</th>
					{has('version') && <th scope="col">{t('column.version')}</th>}
					{isDated && <th scope="col">{t('patch.date')}</th>}
					{has('guidance') && <th scope="col">{t('patch.guidance')}</th>}
					{has('size') && <th scope="col">{t('patch.size')}</th>}
				</tr>
			</thead>
			<tbody>
				{patches.map((patch) => {
					const key = keyOf(patch);
					const version = [patch.version, patch.release].filter(Boolean).join('-');
					return (
						<tr key={key}>
							{onChoose !== undefined && (
								<td className={css.choose}>
									<Checkbox
										aria-label={t('patch.choose', { name: patch.name })}
										checked={chosen?.has(key) === true}
										disabled={patch.paid === true && patch.url === undefined}
										onChange={(event) => onChoose(key, event.currentTarget.checked)}
										size="xs"
									/>
								</td>
							)}
							<th scope="row">
								<What patch={patch} />
							</th>
							{has('version') && (
								<td className={css.version} data-label={t('column.version')}>
									{version}
								</td>
							)}
							{isDated && <td data-label={t('patch.date')}>{dateOf(patch)}</td>}
							{has('guidance') && <td data-label={t('patch.guidance')}>{patch.guidance}</td>}
							{has('size') && (
								<td className={css.size} data-label={t('patch.size')}>
									{patch.size !== undefined && formatBytes(patch.size)}
								</td>
							)}
						</tr>
					);
				})}
			</tbody>
		</table>
	);
}

function What({ patch: { name, description, changelog, documentationUrl, url, paid } }: { patch: Patch }) {
	const { t } = useTranslation();
	const page = documentationUrl || url;
	return (
		<>
			<span className={css.name}>
				{page !== undefined && /^https?:/.test(page) ? (
					<a href={page} rel="noreferrer" target="_blank">
						{name} <OpenIcon size={12} />
					</a>
				) : (
					name
				)}
				{paid === true && <small>{t('patch.paid')}</small>}
			</span>
			{description !== undefined && description !== '' && <p>{description}</p>}
			{changelog?.description !== undefined && (
				<details>
					<summary>{t('patch.changelog')}</summary>
					<p>
						{changelog.date !== undefined && formatTime(changelog.date)} {changelog.author}
					</p>
					<pre>{changelog.description}</pre>
				</details>
			)}
		</>
	);
}

function dateOf({ date, releaseDate }: Patch): string {
	const when = date ?? releaseDate;
	if (when === undefined || when === '') return '';
	const seconds = typeof when === 'number' ? when : Date.parse(when) / 1000;
	return Number.isNaN(seconds) ? String(when) : formatTime(seconds);
}
