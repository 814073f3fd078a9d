/** Waits for an object that the server does not know yet, since its pool has not been read so far. */
import type { Connection } from './connection';
import { View } from './view';

/** Calls back once, when the server has the object; the answer stops the wait. */
export function whenThere(connection: Connection, type: string, id: string, then: () => void): () => void {
	const view = new View(connection).open();
	let stopped = false;
	const stop = () => {
		if (stopped) return;
		stopped = true;
		view.close();
	};
	view.watchAll(() => {
		if (stopped || !view.rows.some((row) => row.id === id)) return;
		stop();
		then();
	});
	view.show({ type, filter: `id:${id}`, columns: ['name_label'], limit: 1 });
	return stop;
}
