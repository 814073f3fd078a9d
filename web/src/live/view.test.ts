import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { Connection } from './connection';
import { Listing, windowAround } from './listing';
import { type Call, Peer } from './peer';
import { View } from './view';

const now = (run: () => void) => run();
const wish = { type: 'VM', columns: ['name'], limit: 10 };

describe('a view', () => {
	let peer: Peer;
	let connection: Connection;
	let view: View;
	let asked: Call[];

	beforeEach(async () => {
		vi.stubGlobal('WebSocket', WebSocket);
		vi.stubGlobal('requestAnimationFrame', (run: () => void) => setTimeout(run, 1));
		peer = new Peer();
		asked = [];
		const answer = (call: Call) => {
			asked.push(call);
			const rows = ['a', 'b', 'c'].map((id) => ({ id, name: id }));
			call.answer({ id: 7, total: 3, rows, counts: { state: { on: 2, off: 1 } } });
		};
		peer.answers['view.subscribe'] = answer;
		peer.answers['view.update'] = answer;
		peer.answers['view.unsubscribe'] = (call) => call.answer(true);
		connection = new Connection(`ws://127.0.0.1:${await peer.listening()}/api/`, { pause: [5, 20] });
		connection.start();
		view = new View(connection, now).open();
	});

	afterEach(async () => {
		view.close();
		connection.stop();
		await peer.close();
		vi.unstubAllGlobals();
	});

	const becomes = (check: () => void) => vi.waitFor(check, { timeout: 5000, interval: 5 });
	const ids = () => view.rows.map(({ id }) => id);
	const shown = async () => {
		view.show(wish);
		await becomes(() => expect(ids()).toEqual(['a', 'b', 'c']));
	};

	it('has the rows, the total and the counts', async () => {
		await shown();
		expect(view.total).toBe(3);
		expect(view.counts).toEqual({ state: { on: 2, off: 1 } });
		expect(view.isSettled).toBe(true);
	});

	it('takes out what left and moved, then puts in what moved and entered, and sets what changed', async () => {
		await shown();
		peer.notify('view', {
			id: 7,
			total: 4,
			left: ['b'],
			moved: { a: 2 },
			entered: [
				[0, { id: 'd', name: 'd' }],
				[3, { id: 'e', name: 'e' }],
			],
			changed: { c: { name: 'C' } },
			counts: { state: { on: 0, off: 4 } },
		});
		await becomes(() => expect(ids()).toEqual(['d', 'c', 'a', 'e']));
		expect(view.get('c')).toEqual({ id: 'c', name: 'C' });
		expect(view.total).toBe(4);
		expect(view.counts).toEqual({ state: { off: 4 } });
	});

	it('wakes for a change inside of a row only who shows that row', async () => {
		await shown();
		const [list, a, b] = [vi.fn(), vi.fn(), vi.fn()];
		view.watch(list);
		view.watchRow('a', a);
		view.watchRow('b', b);
		peer.notify('view', { id: 7, changed: { b: { name: 'B' } } });
		await becomes(() => expect(b).toHaveBeenCalledTimes(1));
		expect(a).not.toHaveBeenCalled();
		expect(list).not.toHaveBeenCalled();
	});

	it('asks one thing at a time, and of many wishes the last', async () => {
		await shown();
		peer.answers['view.update'] = (call) => void asked.push(call);
		for (const filter of ['w', 'we', 'web']) view.show({ ...wish, filter });
		await becomes(() => expect(asked).toHaveLength(2));
		asked[1]?.answer({ id: 7, total: 0, rows: [], counts: {} });
		await becomes(() => expect(asked).toHaveLength(3));
		expect(asked.slice(1).map(({ params }) => params.filter)).toEqual(['w', 'web']);
	});

	it('keeps the rows when a wish is refused, and says why', async () => {
		await shown();
		peer.answers['view.update'] = (call) => call.refuse(10, 'no such property');
		view.show({ ...wish, sort: ['nothing'] });
		await becomes(() => expect(view.error?.message).toBe('no such property'));
		expect(ids()).toEqual(['a', 'b', 'c']);
	});

	it('keeps the rows while the connection is lost, and asks anew when it is back', async () => {
		await shown();
		// It is lost for a few ms only: told as it comes, as a look every few ms may miss it.
		let kept: string[] | undefined;
		connection.watch(() => {
			if (connection.state.is === 'lost') kept ??= ids();
		});
		peer.sockets[0]?.terminate();
		await becomes(() => expect(kept).toEqual(['a', 'b', 'c']));
		await becomes(() => expect(asked).toHaveLength(2));
		expect(asked[1]?.method).toBe('view.subscribe');
	});

	it('ends on the server when it is closed', async () => {
		await shown();
		view.close();
		await becomes(() => expect(peer.calls.some(({ method }) => method === 'view.unsubscribe')).toBe(true));
	});

	it('of a long list has a window that follows what is in sight', async () => {
		peer.answers['view.subscribe'] = (call) => {
			asked.push(call);
			const { offset, limit } = call.params as { offset: number; limit: number };
			const rows = Array.from({ length: limit }, (_, at) => ({ id: String(offset + at) }));
			call.answer({ id: 8, total: 10_000, rows, counts: {} });
		};
		peer.answers['view.update'] = peer.answers['view.subscribe'];
		const listing = new Listing(connection);
		listing.open();
		const look = { type: 'VM', filter: '', sort: [], columns: [], counted: [], group: undefined };
		listing.show(look);
		await becomes(() => expect(listing.length()).toBe(10_000));
		expect(listing.at(5000)).toEqual({ is: 'blank' });
		listing.look(5000, 5030);
		await becomes(() => expect(listing.at(5000)).toEqual({ is: 'row', row: { id: '5000' } }));
		const before = asked.length;
		listing.look(5010, 5040);
		expect(asked).toHaveLength(before);
		expect(listing.at(0)).toEqual({ is: 'blank' });
		listing.close();
	});

	it('tells how many match together with the lines', async () => {
		vi.stubGlobal('requestAnimationFrame', () => 0);
		const listing = new Listing(connection);
		listing.open();
		listing.show({ type: 'VM', filter: '', sort: [], columns: [], counted: [], group: undefined });
		await becomes(() => expect(listing.isSettled).toBe(true));
		expect(listing.total ?? 0).toBe(listing.length());
		await becomes(() => expect(listing.total).toBe(3));
		expect(listing.length()).toBe(3);
		listing.close();
	});
});

describe('the window of a list', () => {
	const around = (seen: [number, number], heading: -1 | 0 | 1, offset?: number) =>
		windowAround(seen, heading, offset === undefined ? undefined : { offset, total: 10_000 }).offset;

	it('stays while it reaches far enough', () => {
		expect(around([540, 580], 1, 500)).toBe(500);
		expect(around([540, 580], 0, 500)).toBe(500);
	});

	it('reaches further to where somebody scrolls than back, and stays at a step back', () => {
		const down = around([600, 640], 1, 500);
		expect(down).toBe(560);
		expect(around([595, 635], -1, down)).toBe(down);
		const up = around([500, 540], -1, 500);
		expect(up + 160).toBe(580);
		expect(around([505, 545], 1, up)).toBe(up);
	});

	it('begins no earlier than the list, and has what is in sight in its middle at first', () => {
		expect(around([0, 40], 0)).toBe(0);
		expect(around([3, 43], -1)).toBe(0);
		expect(around([500, 540], 0)).toBe(440);
	});
});
