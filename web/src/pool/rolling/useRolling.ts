/** A rolling update or reboot of a pool: the task that goes on, or what is left of one that the server's end interrupted. */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { ServerError } from '../../api/errors';
import type { Result } from '../../api/methods';
import { useConnectionState, useLive } from '../../live/hooks';
import type { PlannedHost, XoTask } from '../../live/tasks';
import { whenThere } from '../../live/there';
import { MISSING } from '../../patch/missing';

export interface Rolling {
	/** The task, while it goes on. */
	running: XoTask | undefined;
	/** The task after it has ended, for as long as the page is open. */
	ended: XoTask | undefined;
	/** What the server keeps of it: with a task it goes on, without it was interrupted. */
	kept: Result<'pool.getRolling'>;
	/** Asks the server anew; what is short has no task that is seen. */
	look: () => void;
}

/** The running task that has a plan for a pool. */
export function useRollingTask(pool: string): XoTask | undefined {
	const { tasks } = useLive();
	const running = useSyncExternalStore(tasks.watch, tasks.running);
	return running.find(({ properties }) => properties.plan !== undefined && properties.objectId === pool);
}

export function useRolling(pool: string): Rolling {
	const { connection } = useLive();
	const { is } = useConnectionState();
	const queries = useQueryClient();
	const running = useRollingTask(pool);
	const [kept, setKept] = useState<Rolling['kept']>(null);
	const [ended, setEnded] = useState<XoTask>();
	const [last, setLast] = useState<string>();
	const [asked, setAsked] = useState(0);
	const id = running?.id;
	if (id !== undefined && id !== last) {
		setLast(id);
		setEnded(undefined);
	}
	// biome-ignore lint/correctness/useExhaustiveDependencies: `asked` is why it is asked again
	useEffect(() => {
		if (is !== 'live' || id !== undefined) return;
		let left = false;
		let stop = () => {};
		connection.call('pool.getRolling', { pool }).then(
			(told) => !left && setKept(told),
			(error) => {
				// A server that has just started has not read the pool yet. Others are not told who may not administrate it.
				if (left || !isUnknown(error)) return;
				stop = whenThere(connection, 'pool', pool, () => setAsked((times) => times + 1));
			},
		);
		if (last !== undefined) {
			void queries.invalidateQueries({ queryKey: [MISSING] });
			connection.call('api.getTask', { id: last }).then(
				(task) => !left && setEnded(task as XoTask),
				() => undefined,
			);
		}
		return () => {
			left = true;
			stop();
		};
	}, [connection, queries, pool, is, id, last, asked]);
	return {
		running,
		ended: running === undefined ? ended : undefined,
		kept: running === undefined ? kept : null,
		look: () => setAsked((times) => times + 1),
	};
}

/** Code of an error that says that there is no such object. */
const NO_SUCH_OBJECT = 1;

function isUnknown(error: unknown): boolean {
	return error instanceof ServerError && error.code === NO_SUCH_OBJECT;
}

/** How many hosts of a plan need nothing more. */
export function doneOf(plan: readonly PlannedHost[]): number {
	return plan.filter(({ phase }) => phase === 'done' || phase === 'skipped').length;
}
