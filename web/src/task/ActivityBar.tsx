/** The bar at the bottom: how fresh what is shown is, and what is being done. A click opens the tasks above it. */
import { Button, Progress } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../api/errors';
import { useConnectionState, useLive } from '../live/hooks';
import { Freshness } from '../pool/Freshness';
import { formatDuration, formatPercent } from '../ui/format';
import { DownIcon, UpIcon } from '../ui/icons';
import { useNow } from '../ui/now';
import css from './ActivityBar.module.css';
import { type Running, useRunning } from './running';

/** Tasks that the panel shows; the list of tasks has all. */
const SHOWN = 50;

export function ActivityBar() {
	const { t } = useTranslation();
	const tasks = useRunning();
	const state = useConnectionState();
	const [open, setOpen] = useState(false);
	const [newest] = tasks;
	return (
		<footer className={css.bar}>
			{open && (
				<section aria-label={t('activity.running')} className={css.panel}>
					{tasks.length === 0 ? (
						<p className={css.none}>{t('activity.none')}</p>
					) : (
						<ul>
							{tasks.slice(0, SHOWN).map((task) => (
								<TaskRow canCancel={state.is === 'live'} key={task.id} task={task} />
							))}
						</ul>
					)}
					<p className={css.all}>
						<Link onClick={() => setOpen(false)} params={{ list: 'tasks' }} search={{}} to="/$list">
							{t('activity.all')}
						</Link>
					</p>
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

function TaskRow({ task, canCancel }: { task: Running; canCancel: boolean }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const now = useNow();
	const { id, name, progress, isCancelling, canBeCancelled } = task;
	const cancel = () =>
		(task.of === 'server' ? connection.call('api.abortTask', { id }) : connection.call('task.cancel', { id })).catch(
			(error: unknown) =>
				notifications.show({
					color: 'red',
					title: t('activity.notCancelled', { name }),
					message: errorText(error),
					autoClose: false,
				}),
		);
	const elapsed = now / 1000 - task.since;
	return (
		<li className={css.task}>
			<span className={css.what} title={name}>
				<strong>{name}</strong>
			</span>
			<Progress aria-label={t('activity.progress', { name })} className={css.progress} value={progress * 100} />
			<span className={css.number}>
				{formatPercent(progress)}
				{elapsed >= 1 && `, ${formatDuration(elapsed)}`}
			</span>
			<Button
				disabled={!canCancel || isCancelling || !canBeCancelled}
				onClick={() => void cancel()}
				size="compact-xs"
				variant="default"
			>
				{t(isCancelling ? 'activity.cancelling' : 'activity.cancel')}
			</Button>
		</li>
	);
}
