/** Waits for an object that an answer names and that news of the pool may not have brought yet. */
import type { Connection } from './connection';
import { View } from './view';

/** How long its news may take, in ms. */
const PATIENCE = 30_000;

/** Resolves when the server has the object; after a while in any case, so that what follows says what is wrong. */
export async function untilSeen(connection: Connection, type: string, id: string): Promise<void> {
	const view = new View(connection).open();
	try {
		await new Promise<void>((resolve) => {
			view.watchAll(() => view.rows.some((row) => row.id === id) && resolve());
			view.show({ type, filter: `id:${id}`, columns: ['name_label'], limit: 1 });
			setTimeout(resolve, PATIENCE);
		});
	} finally {
		view.close();
	}
}
