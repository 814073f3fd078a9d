import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { Connection } from './connection';
import { Loads } from './loads';
import { type Call, Peer } from './peer';

const now = (run: () => void) => run();

describe('loads', () => {
	let peer: Peer;
	let connection: Connection;
	let loads: Loads;
	let asked: unknown[];
	let answer: (call: Call) => void;
	const heard: string[] = [];

	beforeEach(async () => {
		vi.stubGlobal('WebSocket', WebSocket);
		peer = new Peer();
		asked = [];
		heard.length = 0;
		answer = (call) => call.answer({ loads: { off: [] } });
		peer.answers['stats.subscribeLoad'] = (call) => {
			asked.push(call.params.ids);
			answer(call);
		};
		connection = new Connection(`ws://127.0.0.1:${await peer.listening()}/api/`, { pause: [5, 20] });
		loads = new Loads(connection, now);
		connection.start();
		await becomes(() => expect(connection.state.is).toBe('live'));
	});

	afterEach(async () => {
		connection.stop();
		await peer.close();
		vi.unstubAllGlobals();
	});

	const becomes = (check: () => void) => vi.waitFor(check, { timeout: 5000, interval: 5 });
	const show = (id: string) => loads.watch(id, () => heard.push(id));

	it('are asked for together, and told to those who show them', async () => {
		show('b');
		show('a');
		show('off');
		await becomes(() => expect(asked).toEqual([['a', 'b', 'off']]));
		await becomes(() => expect(loads.get('off')).toEqual([]));
		expect(loads.get('a')).toBeUndefined();
		peer.notify('load', { loads: { a: [1, null, 3] } });
		await becomes(() => expect(loads.get('a')).toEqual([1, null, 3]));
		expect(heard).toEqual(['off', 'a']);
	});

	it('are asked for once what is shown has come to rest', async () => {
		let stop = show('row 0');
		for (let row = 1; row < 50; row++) {
			stop();
			stop = show(`row ${row}`);
		}
		await becomes(() => expect(asked).toEqual([['row 49']]));
	});

	it('are asked for now and then while it does not come to rest', async () => {
		let row = 0;
		let stop = show('row 0');
		const scroll = () => {
			stop();
			stop = show(`row ${++row}`);
			expect(asked).not.toEqual([]);
		};
		await vi.waitFor(scroll, { timeout: 5000, interval: 10 });
		expect(row).toBeGreaterThan(5);
	});

	it('are asked for again only when something else is shown', async () => {
		const stop = show('a');
		await becomes(() => expect(asked).toEqual([['a']]));
		// Two rows that change places, as it is with the same rows in another order.
		stop();
		show('a');
		const second = show('b');
		await becomes(() => expect(asked).toHaveLength(2));
		second();
		show('b');
		show('c');
		await becomes(() => expect(asked).toEqual([['a'], ['a', 'b'], ['a', 'b', 'c']]));
	});

	it('are asked for no more when nobody shows any, or sees the page', async () => {
		const stop = show('a');
		await becomes(() => expect(asked).toEqual([['a']]));
		loads.see(false);
		await becomes(() => expect(asked).toEqual([['a'], []]));
		loads.see(true);
		await becomes(() => expect(asked).toEqual([['a'], [], ['a']]));
		stop();
		await becomes(() => expect(asked).toEqual([['a'], [], ['a'], []]));
	});

	it('are asked for anew on a new connection, and shown as they were meanwhile', async () => {
		show('a');
		await becomes(() => expect(asked).toHaveLength(1));
		peer.notify('load', { loads: { a: [1] } });
		await becomes(() => expect(loads.get('a')).toEqual([1]));
		connection.reconnect();
		await becomes(() => expect(asked).toEqual([['a'], ['a']]));
		expect(loads.get('a')).toEqual([1]);
	});

	it('are missing where the server does not know them', async () => {
		answer = (call) => call.refuse(-32601, 'method not found');
		show('a');
		await becomes(() => expect(asked).toHaveLength(1));
		show('b');
		await becomes(() => expect(asked).toHaveLength(2));
		expect([loads.get('a'), heard]).toEqual([undefined, []]);
	});

	it('are of no more than the server takes', async () => {
		for (let row = 0; row < 250; row++) show(`${row}`);
		await becomes(() => expect(asked).toHaveLength(1));
		expect(asked[0]).toHaveLength(200);
		expect(asked[0]).toContain('249');
	});
});
