import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { ConnectionLostError, NoAnswerError, ServerError } from '../api/errors';
import { Connection, type Limits } from './connection';
import { Peer, user } from './peer';

/** What of the clock stands still until a test moves it: the peer is real. */
const CLOCK = { toFake: ['setTimeout', 'clearTimeout'] as ('setTimeout' | 'clearTimeout')[] };

describe('a connection', () => {
	let peer: Peer;
	let port: number;
	let connection: Connection;

	beforeEach(async () => {
		vi.stubGlobal('WebSocket', WebSocket);
		peer = new Peer();
		port = await peer.listening();
		connection = connect();
	});

	afterEach(async () => {
		vi.useRealTimers();
		connection.stop();
		await peer.close();
		vi.unstubAllGlobals();
	});

	const connect = (limits: Partial<Limits> = {}) =>
		new Connection(`ws://127.0.0.1:${port}/api/`, { pause: [5, 20], ...limits });
	const becomes = (is: string) =>
		vi.waitFor(() => expect(connection.state.is).toBe(is), { timeout: 5000, interval: 5 });
	/** Without a clock. */
	const nowIs = (is: string) =>
		new Promise<void>((resolve) => {
			connection.watch(() => connection.state.is === is && resolve());
		});
	/** All that the peer has sent so far is heard: a pong is of its ping, which came after that. */
	const heard = () =>
		new Promise((resolve) => {
			peer.sockets[0]?.once('pong', resolve);
			peer.sockets[0]?.ping();
		});
	const called = (method: string) =>
		vi.waitFor(
			() => {
				const call = peer.calls.find((candidate) => candidate.method === method);
				if (call === undefined) throw new Error(`${method} has not been called`);
				return call;
			},
			{ timeout: 5000, interval: 5 },
		);

	it('shows the sign-in when the cookie names nobody', async () => {
		peer.answers['session.getUser'] = (call) => call.refuse(-32000, 'unknown error from the peer');
		connection.start();
		await becomes('signed-out');
		expect(connection.state).toEqual({ is: 'signed-out', ended: false });
		expect(peer.calls.map((call) => call.method)).toEqual(['session.setNotifications', 'session.getUser']);
	});

	it('wants to be told of views only', async () => {
		connection.start();
		await becomes('live');
		expect((await called('session.setNotifications')).params).toEqual({ all: false });
	});

	it('hands on what it is told, and skips what it does not know', async () => {
		const told: object[] = [];
		connection.listen('view', (params) => told.push(params));
		connection.start();
		await becomes('live');
		peer.sockets[0]?.send('not json');
		peer.notify('later', {});
		peer.notify('view', { id: 1, total: 2 });
		await vi.waitFor(() => expect(told).toEqual([{ id: 1, total: 2 }]));
	});

	it('loses its calls with the connection, and comes back by itself', async () => {
		connection.start();
		await becomes('live');
		const call = connection.call('vm.start', { id: 'x' });
		await called('vm.start');
		await peer.close();
		await expect(call).rejects.toBeInstanceOf(ConnectionLostError);
		expect(connection.state).toMatchObject({ is: 'lost', user });
		peer = new Peer(port);
		await becomes('live');
	});

	it('fails a call with the text and code of the server', async () => {
		peer.answers['vm.start'] = (call) => call.refuse(13, 'VM state is running but should be halted');
		connection.start();
		await becomes('live');
		await expect(connection.call('vm.start', { id: 'x' })).rejects.toEqual(
			new ServerError(13, 'VM state is running but should be halted'),
		);
	});

	it('gives up on a call after its limit', async () => {
		connection.start();
		await becomes('live');
		await expect(connection.call('vm.start', { id: 'x' }, 20)).rejects.toBeInstanceOf(NoAnswerError);
	});

	it('says that a session has ended, but not to whom asked to leave', async () => {
		connection.start();
		await becomes('live');
		peer.answers['session.getUser'] = (call) => call.refuse(-32000, 'unknown error from the peer');
		connection.reconnect();
		await becomes('signed-out');
		expect(connection.state).toEqual({ is: 'signed-out', ended: true });

		peer.answers['session.getUser'] = (call) => call.answer(user);
		connection.reconnect();
		await becomes('live');
		peer.answers['session.getUser'] = (call) => call.refuse(-32000, 'unknown error from the peer');
		connection.leave();
		await becomes('signed-out');
		expect(connection.state).toEqual({ is: 'signed-out', ended: false });
	});

	it('notices a peer that went silent without closing', async () => {
		connection = connect({ silence: 60_000 });
		vi.useFakeTimers(CLOCK);
		connection.start();
		await nowIs('live');
		const asked = peer.calls.length;
		await vi.advanceTimersByTimeAsync(59_000);
		expect(connection.state.is).toBe('live');
		await vi.advanceTimersByTimeAsync(1000);
		expect(connection.state).toMatchObject({ is: 'lost', reason: 'nothing is heard of the server any more' });
		expect(peer.calls.length).toBe(asked);
	});

	it('asks nothing of a server that says that it is there', async () => {
		connection = connect({ silence: 300 });
		const states: string[] = [];
		connection.watch(() => states.push(connection.state.is));
		vi.useFakeTimers(CLOCK);
		connection.start();
		await nowIs('live');
		const asked = peer.calls.length;
		for (let passed = 0; passed < 900; passed += 200) {
			await vi.advanceTimersByTimeAsync(200);
			peer.notify('alive', {});
			await heard();
		}
		expect(states).toEqual(['live']);
		expect(peer.calls.length).toBe(asked);
		await vi.advanceTimersByTimeAsync(300);
		expect(states).toEqual(['live', 'lost']);
	});

	it('lets a page that waits for somebody to sign in be silent', async () => {
		peer.answers['session.getUser'] = (call) => call.refuse(-32000, 'unknown error from the peer');
		connection = connect({ silence: 30 });
		const states: string[] = [];
		connection.watch(() => states.push(connection.state.is));
		vi.useFakeTimers(CLOCK);
		connection.start();
		await nowIs('signed-out');
		await vi.advanceTimersByTimeAsync(120_000);
		expect(states).toEqual(['signed-out']);
	});
});
