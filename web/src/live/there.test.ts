import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { Connection } from './connection';
import { Peer } from './peer';
import { whenThere } from './there';

describe('the wait for an object', () => {
	let peer: Peer;
	let connection: Connection;
	let unsubscribed: number;

	beforeEach(async () => {
		vi.stubGlobal('WebSocket', WebSocket);
		vi.stubGlobal('requestAnimationFrame', (run: () => void) => setTimeout(run, 1));
		peer = new Peer();
		unsubscribed = 0;
		peer.answers['view.subscribe'] = (call) => call.answer({ id: 7, total: 0, rows: [], counts: {} });
		peer.answers['view.unsubscribe'] = (call) => {
			unsubscribed++;
			call.answer(true);
		};
		connection = new Connection(`ws://127.0.0.1:${await peer.listening()}/api/`, { pause: [5, 20] });
		const live = new Promise<void>((resolve) => {
			connection.watch(() => connection.state.is === 'live' && resolve());
		});
		connection.start();
		await live;
	});

	afterEach(async () => {
		connection.stop();
		await peer.close();
		vi.unstubAllGlobals();
	});

	it('ends once, when the server has it', async () => {
		const then = vi.fn();
		whenThere(connection, 'pool', 'p', then);
		const entered = { id: 7, total: 1, entered: [[0, { id: 'p', name_label: 'north' }]] };
		await vi.waitFor(() => {
			peer.notify('view', entered);
			expect(then).toHaveBeenCalledOnce();
		});
		await vi.waitFor(() => expect(unsubscribed).toBe(1));
		expect(then).toHaveBeenCalledOnce();
	});

	it('may be given up', async () => {
		const then = vi.fn();
		const asked = new Promise<void>((resolve) => {
			peer.answers['view.subscribe'] = (call) => {
				call.answer({ id: 7, total: 0, rows: [], counts: {} });
				resolve();
			};
		});
		const stop = whenThere(connection, 'pool', 'p', then);
		await asked;
		stop();
		await vi.waitFor(() => expect(unsubscribed).toBe(1));
		expect(then).not.toHaveBeenCalled();
	});
});
