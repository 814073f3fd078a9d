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
	columns: ['name_label', 'status', 'progress', 'created', 'allowedOperations'],
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
		const ofPools = rows.map((row) => ofPool(row, doings));
		// A call that one of its own tasks at a pool tells of is not shown twice.
		const told = ofPools.length > 0 ? own.filter(({ properties }) => properties.objectId === undefined) : own;
		return [...told.map(ofServer), ...ofPools].sort((a, b) => b.since - a.since);
	}, [own, rows, busy]);
}

function ofServer(task: XoTask): Running {
	const { name, method, progress = 0 } = task.properties;
	return {
		id: task.id,
		of: 'server',
		name: (name ?? method ?? task.id).replace(/^API call: /, ''),
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
