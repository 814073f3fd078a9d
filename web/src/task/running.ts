/** What is being done, as people say it: tasks of this server, and those that pools have of their own. */
import { useMemo, useSyncExternalStore } from 'react';
import { list, number, text } from '../list/noun';
import { useLive, useView } from '../live/hooks';
import type { XoTask } from '../live/tasks';
import type { Row } from '../live/view';
import { operationInWords } from '../vm/state';

export interface Running {
	id: string;
	of: 'server' | 'pool';
	name: string;
	/** 0 to 1. */
	progress: number;
	/** Seconds since the epoch. */
	since: number;
	isCancelling: boolean;
	canBeCancelled: boolean;
}

const TASKS = {
	type: 'task',
	filter: 'status:|(pending cancelling)',
	sort: ['-created'],
	columns: ['name_label', 'status', 'progress', 'created', 'allowedOperations', '_xapiRef'],
	limit: 100,
};
/** VMs something is done to: they name the tasks that do it, which seldom name them. */
const BUSY = {
	type: 'VM',
	filter: 'current_operations:/./',
	columns: ['name_label', 'current_operations'],
	limit: 100,
};

/** Those under way, newest first. */
export function useRunning(): readonly Running[] {
	const { tasks } = useLive();
	const own = useSyncExternalStore(tasks.watch, tasks.running);
	const { rows } = useView(TASKS);
	const { rows: busy } = useView(BUSY);
	return useMemo(() => {
		const doings = new Map<string, string>();
		for (const vm of busy) {
			for (const [task, operation] of Object.entries(Object(vm.current_operations))) {
				doings.set(task, `${operationInWords(String(operation))} ${text(vm, 'name_label')}`);
			}
		}
		const ofPools = new Map(rows.map((row) => [text(row, '_xapiRef'), ofPool(row, doings)]));
		const ofServers = own.map((task) => {
			// What a task waits for at a pool is not shown beside it, but says best what it does.
			const parts = (task.tasks ?? []).flatMap(({ id }) => ofPools.get(id) ?? []);
			for (const { id } of task.tasks ?? []) ofPools.delete(id);
			const [only, second] = parts;
			return ofServer(task, second === undefined ? only?.name : undefined);
		});
		return [...ofServers, ...ofPools.values()].sort((a, b) => b.since - a.since);
	}, [own, rows, busy]);
}

function ofServer(task: XoTask, known: string | undefined): Running {
	const { name, method, progress = 0 } = task.properties;
	return {
		id: task.id,
		of: 'server',
		name: known ?? (name ?? method ?? task.id).replace(/^API call: /, ''),
		progress: progress / 100,
		since: task.start / 1000,
		isCancelling: task.abortionRequestedAt !== undefined,
		canBeCancelled: true,
	};
}

function ofPool(row: Row, doings: ReadonlyMap<string, string>): Running {
	return {
		id: row.id,
		of: 'pool',
		// XAPI names asynchronous calls `Async.VM.start`; the prefix says nothing to people.
		name: doings.get(row.id) ?? text(row, 'name_label').replace(/^Async\./, ''),
		progress: number(row, 'progress') ?? 0,
		since: number(row, 'created') ?? 0,
		isCancelling: row.status === 'cancelling',
		canBeCancelled: list(row, 'allowedOperations').includes('cancel'),
	};
}
