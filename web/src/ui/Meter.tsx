import { useTranslation } from 'react-i18next';
import { formatBytes, formatPercent } from './format';
import css from './Meter.module.css';

/** How much is used of what there is, as a bar and in numbers; red when full, but for what may well be, as a disk. */
export function Meter({ usage, size, mayFill }: { usage: number; size: number; mayFill?: boolean }) {
	const { t } = useTranslation();
	if (size <= 0) return null;
	const share = Math.min(1, Math.max(0, usage / size));
	return (
		<span
			className={css.usage}
			data-full={(share >= 0.9 && mayFill !== true) || undefined}
			title={t('usedOf', { used: formatBytes(usage), size: formatBytes(size) })}
		>
			<span aria-hidden="true" className={css.meter}>
				<span style={{ width: `${share * 100}%` }} />
			</span>
			<span className={css.number}>{formatPercent(share)}</span>
			<span className={css.of}>{formatBytes(size)}</span>
		</span>
	);
}
