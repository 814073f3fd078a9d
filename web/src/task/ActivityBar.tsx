/** The bar at the bottom: how fresh what is shown is, and what is being done. A click opens the tasks above it. */
import { Button, Progress } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useCallback, useState } from 'react';
import { errorText } from '../api/errors';
import type { Task } from '../api/objects';
import { useAll, useConnectionState, useLive, useObject, usePaced } from '../live/hooks';
import type { Store } from '../live/store';
import { Freshness } from '../pool/Freshness';
import { PoolName } from '../pool/PoolName';
import { count, formatDuration } from '../ui/format';
import { DownIcon, UpIcon } from '../ui/icons';
import { operationInWords } from '../vm/state';
import css from './ActivityBar.module.css';

export function ActivityBar() {
	const tasks = useRunningTasks();
	const state = useConnectionState();
	const [open, setOpen] = useState(false);
	const [newest] = tasks;
	const doings = useDoings(tasks.length > 0);
	return (
		<footer className={css.bar}>
			{open && (
				<section aria-label="Running tasks" className={css.panel}>
					{tasks.length === 0 ? (
						<p className={css.none}>No task is running.</p>
					) : (
						<ul>
							{tasks.map((task) => (
								<TaskRow canCancel={state.is === 'live'} doing={doings.get(task.id)} key={task.id} task={task} />
							))}
						</ul>
					)}
				</section>
			)}
			<div className={css.line}>
				<button aria-expanded={open} className={css.toggle} onClick={() => setOpen(!open)} type="button">
					{newest === undefined ? (
						<span className={css.dim}>No running task</span>
					) : (
						<>
							<span className={css.newest}>
								{inWords(newest, doings.get(newest.id))} {percent(newest)}
							</span>
							<span className={css.number}>{count(tasks.length, 'task')}</span>
						</>
					)}
					{open ? <DownIcon size={15} /> : <UpIcon size={15} />}
				</button>
				<Freshness />
			</div>
		</footer>
	);
}

/** The tasks under way, newest first. */
function useRunningTasks(): Task[] {
	const all = useAll('task');
	return [...all.values()]
		.filter(({ status }) => status === 'pending' || status === 'cancelling')
		.sort((a, b) => b.created - a.created);
}

/** What a task does to a VM, as people say it. */
interface Doing {
	what: string;
	to: string;
}

const NOTHING: ReadonlyMap<string, Doing> = new Map();

/** By the id of its task, what is being done to VMs: a VM names the tasks it waits for, a task seldom its VM. */
function useDoings(wanted: boolean): ReadonlyMap<string, Doing> {
	return usePaced(
		'VM',
		useCallback((store) => (wanted ? readDoings(store) : NOTHING), [wanted]),
	);
}

function readDoings(store: Store): ReadonlyMap<string, Doing> {
	const doings = new Map<string, Doing>();
	for (const vm of store.all('VM').values()) {
		for (const [task, operation] of Object.entries(vm.current_operations)) {
			doings.set(task, { what: operationInWords(operation), to: vm.name_label });
		}
	}
	return doings;
}

function inWords(task: Task, doing: Doing | undefined): string {
	return doing === undefined ? taskName(task) : `${doing.what} ${doing.to}`;
}

/** XAPI names asynchronous calls `Async.VM.start`; the prefix says nothing to people. */
function taskName(task: Task): string {
	return task.name_label.replace(/^Async\./, '');
}

function percent(task: Task): string {
	return `${Math.round(task.progress * 100)} %`;
}

function TaskRow({ task, doing, canCancel }: { task: Task; doing: Doing | undefined; canCancel: boolean }) {
	const { connection } = useLive();
	const vm = useObject('VM', task.applies_to);
	const cancel = () =>
		connection.call('task.cancel', { id: task.id }).catch((error: unknown) =>
			notifications.show({
				color: 'red',
				title: `“${inWords(task, doing)}” could not be cancelled`,
				message: errorText(error),
				autoClose: false,
			}),
		);
	const elapsed = Date.now() / 1000 - task.created;
	return (
		<li className={css.task}>
			<span className={css.what}>
				<strong>{doing?.what ?? taskName(task)}</strong> {doing?.to ?? vm?.name_label}
			</span>
			<span className={css.dim}>
				<PoolName id={task.$pool} />
			</span>
			<Progress
				aria-label={`Progress of ${inWords(task, doing)}`}
				className={css.progress}
				value={task.progress * 100}
			/>
			<span className={css.number}>
				{percent(task)}
				{elapsed >= 1 && `, ${formatDuration(elapsed)}`}
			</span>
			<Button
				disabled={!canCancel || task.status === 'cancelling' || !task.allowedOperations.includes('cancel')}
				onClick={() => void cancel()}
				size="compact-xs"
				variant="default"
			>
				{task.status === 'cancelling' ? 'Cancelling' : 'Cancel'}
			</Button>
		</li>
	);
}
