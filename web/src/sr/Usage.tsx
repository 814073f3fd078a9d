import { useTranslation } from 'react-i18next';
import { formatBytes, formatPercent } from '../ui/format';
import css from './Usage.module.css';

/** How full a storage is: what is written, what disks may still come to, and what is free. */
export function Usage({ used, allocated, size }: { used: number; allocated: number; size: number }) {
	const { t } = useTranslation();
	if (size <= 0) return <p className={css.none}>{t('srPage.noSize')}</p>;
	const promised = Math.max(0, Math.min(size, allocated) - used);
	const parts = [
		{ key: 'used', bytes: used },
		{ key: 'promised', bytes: promised },
		{ key: 'free', bytes: Math.max(0, size - used - promised) },
	] as const;
	return (
		<section aria-label={t('srPage.usage')} className={css.usage}>
			<h2>{t('srPage.usage')}</h2>
			<div aria-hidden="true" className={css.bar}>
				{parts.map(({ key, bytes }) => (
					<span data-part={key} key={key} style={{ width: `${(bytes / size) * 100}%` }} />
				))}
			</div>
			<dl className={css.legend}>
				{parts.map(({ key, bytes }) => (
					<div key={key}>
						<dt>
							<span aria-hidden="true" className={css.dot} data-part={key} />
							{t(`srPage.part.${key}`)}
						</dt>
						<dd>
							{formatBytes(bytes)} <small>{formatPercent(bytes / size)}</small>
						</dd>
					</div>
				))}
				<div>
					<dt>{t('column.size')}</dt>
					<dd>{formatBytes(size)}</dd>
				</div>
			</dl>
			{allocated > size && (
				<p className={css.none}>
					{t('srPage.overcommitted', { allocated: formatBytes(allocated), size: formatBytes(size) })}
				</p>
			)}
		</section>
	);
}
