import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { Connection } from '../live/connection';
import { Peer } from '../live/peer';
import type { Column } from '../table/column';
import { exportCsv } from './export';

const column = (id: string, more: Partial<Column> = {}): Column => ({
	id,
	label: 'column.name',
	min: 50,
	grow: 0,
	needs: [id],
	cell: () => null,
	...more,
});

describe('a list as a file', () => {
	let peer: Peer;
	let connection: Connection;

	beforeEach(async () => {
		vi.stubGlobal('WebSocket', WebSocket);
		peer = new Peer();
		connection = new Connection(`ws://127.0.0.1:${await peer.listening()}/api/`);
		connection.start();
		await vi.waitFor(() => expect(connection.state.is).toBe('live'));
	});

	afterEach(async () => {
		connection.stop();
		await peer.close();
		vi.unstubAllGlobals();
	});

	it('has the columns that are shown, but none of what no row knows', async () => {
		const rows = [
			{ id: '1', name: 'a, b', size: 4, tags: ['x', 'y'] },
			{ id: '2', name: '=1+1', size: null, tags: [] },
		];
		peer.answers['view.subscribe'] = (call) => call.answer({ id: 1, total: 2, rows, counts: {} });
		peer.answers['view.unsubscribe'] = (call) => call.answer(true);
		const columns = [column('name'), column('load', { text: false }), column('size'), column('tags')];
		const wanted = { type: 'VM', filter: '', sort: [], columns };
		const csv = await exportCsv(connection, wanted, ({ id }) => id);
		expect(csv).toBe('name,size,tags\r\n"a, b",4,x y\r\n\'=1+1,,\r\n');
		const [asked] = peer.calls.filter(({ method }) => method === 'view.subscribe');
		expect(asked?.params.columns).toEqual(['name', 'size', 'tags']);
	});
});
