/** The bar at the bottom: how fresh what is shown is, and what is being done. A click opens the tasks above it. */
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { withTexts } from '../i18n';
import { Freshness } from '../pool/Freshness';
import { formatPercent } from '../ui/format';
import { DownIcon, UpIcon } from '../ui/icons';
import css from './ActivityBar.module.css';
import { useRunning } from './running';

const RunningTasks = lazy(() => withTexts(import('./RunningTasks')));

export function ActivityBar() {
	const { t } = useTranslation();
	const tasks = useRunning();
	const [open, setOpen] = useState(false);
	const [newest] = tasks;
	return (
		<footer className={css.bar}>
			{open && (
				<section aria-label={t('activity.running')} className={css.panel}>
					<Suspense>
						<RunningTasks onClose={() => setOpen(false)} tasks={tasks} />
					</Suspense>
				</section>
			)}
			<div className={css.line}>
				<button aria-expanded={open} className={css.toggle} onClick={() => setOpen(!open)} type="button">
					{newest === undefined ? (
						<span className={css.dim}>{t('activity.noneShort')}</span>
					) : (
						<>
							<span className={css.newest}>
								{newest.name} {formatPercent(newest.progress)}
							</span>
							<span className={css.number}>{t('activity.tasks', { count: tasks.length })}</span>
						</>
					)}
					{open ? <DownIcon size={15} /> : <UpIcon size={15} />}
				</button>
				<Freshness />
			</div>
		</footer>
	);
}
