import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { nameLabel, number } from '../list/noun';
import { useView } from '../live/hooks';
import { formatBytes } from '../ui/format';
import css from './Usage.module.css';

const COLUMNS = ['name_label', 'usage', 'type'];
const TYPES = ['VDI', 'VDI-snapshot', 'VDI-unmanaged'];
const SHOWN = 6;

/** What takes the most room on a storage. */
export function Largest({ id, size }: { id: string; size: number }) {
	const { t } = useTranslation();
	const wish = useMemo(
		() => ({ type: TYPES, filter: `$SR:${id}`, sort: ['-usage'], columns: COLUMNS, limit: SHOWN }),
		[id],
	);
	const { rows } = useView(wish);
	if (rows.length === 0 || size <= 0) return null;
	const most = Math.max(1, ...rows.map((row) => number(row, 'usage') ?? 0));
	return (
		<section aria-label={t('srPage.largest')} className={css.usage}>
			<h2>{t('srPage.largest')}</h2>
			<ol className={css.largest}>
				{rows.map((row) => (
					<li key={row.id}>
						<span>
							{row.type === 'VDI' ? (
								<Link params={{ list: 'vdis', id: row.id }} search={{}} to="/$list/$id">
									{nameLabel(row)}
								</Link>
							) : (
								<>
									{nameLabel(row)}{' '}
									<small className={css.none}>
										{t(row.type === 'VDI-snapshot' ? 'snapshot.one' : 'srPage.unmanaged')}
									</small>
								</>
							)}
						</span>
						<span aria-hidden="true" className={css.track}>
							<span style={{ width: `${((number(row, 'usage') ?? 0) / most) * 100}%` }} />
						</span>
						<span className={css.number}>{formatBytes(number(row, 'usage') ?? 0)}</span>
					</li>
				))}
			</ol>
		</section>
	);
}
