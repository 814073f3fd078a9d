import { Button, Progress } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { errorText } from '../api/errors';
import { useConnectionState, useLive } from '../live/hooks';
import { formatDuration, formatPercent } from '../ui/format';
import { useNow } from '../ui/now';
import { toasts } from '../ui/toasts';
import css from './ActivityBar.module.css';
import type { Running } from './running';

/** Tasks that the panel shows; the list of tasks has all. */
const SHOWN = 50;

/** What is being done, with how far it is and what ends it. */
export default function RunningTasks({ tasks, onClose }: { tasks: readonly Running[]; onClose: () => void }) {
	const { t } = useTranslation();
	const state = useConnectionState();
	return (
		<>
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
				<Link onClick={onClose} params={{ list: 'tasks' }} search={{}} to="/$list">
					{t('activity.all')}
				</Link>
			</p>
		</>
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
				toasts.show({
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
