/** All rows that match, read once, piece by piece; nothing tells of what changes then. */
import type { Connection } from './connection';
import type { Row, Wish } from './view';

/** Rows asked for at once: the most that a view shows. */
const PIECE = 500;

export async function readAll(connection: Connection, wanted: Wish): Promise<Row[]> {
	const wish = { ...wanted, limit: PIECE };
	const first = await connection.call('view.subscribe', wish);
	try {
		const rows = first.rows as Row[];
		for (let offset = PIECE; offset < first.total; offset += PIECE) {
			const piece = await connection.call('view.update', { ...wish, id: first.id, offset });
			rows.push(...(piece.rows as Row[]));
		}
		return rows;
	} finally {
		connection.call('view.unsubscribe', { id: first.id }).catch(() => undefined);
	}
}
