import { ConnectionLostError } from '../../api/errors';
import type { Tasks } from '../../live/tasks';

/** Resolves once a call on a pool has a task with a plan, or has come to its end without; fails where it is refused. */
export function untilBegun(tasks: Tasks, pool: string, call: Promise<unknown>): Promise<unknown> {
	let stop = () => {};
	const begun = new Promise<void>((resolve) => {
		const look = () => {
			const isThere = tasks
				.running()
				.some(({ properties }) => properties.plan !== undefined && properties.objectId === pool);
			if (isThere) resolve();
		};
		stop = tasks.watch(look);
		look();
	});
	return Promise.race([begun, call]).finally(() => stop());
}

/** Has it told how a call ended; where only the connection did, the plan is seen again with the next one. */
export function tellEnd(call: Promise<unknown>, tell: () => unknown): void {
	call.then(tell, (error: unknown) => {
		if (!(error instanceof ConnectionLostError)) tell();
	});
}
