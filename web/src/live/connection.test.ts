import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { ConnectionLostError, NoAnswerError, ServerError } from '../api/errors';
import type { AnyObject } from '../api/objects';
import { Connection, type Limits } from './connection';
import { Store } from './store';

const user = { id: 'u', email: 'admin@admin.net', permission: 'admin', groups: [], preferences: {} };

function pool(id: string, name_label = id): AnyObject {
	return { type: 'pool', id, $pool: id, name_label, name_description: '', master: 'h' };
}

interface Call {
	id: number;
	method: string;
	params: Record<string, unknown>;
	answer: (result: unknown) => void;
	refuse: (code: number, message: string) => void;
	socket: WebSocket;
}

/** The other end of the wire: a WebSocket server whose calls a test answers by hand, or by name. */
class Peer {
	readonly server: WebSocketServer;
	readonly calls: Call[] = [];
	readonly sockets: WebSocket[] = [];
	answers: Record<string, (call: Call) => void> = {
		'session.getUser': (call) => call.answer(user),
		'xo.getAllObjects': (call) => call.answer({ p: pool('p') }),
		'system.getServerVersion': (call) => call.answer('1.0.0'),
	};

	constructor(port = 0) {
		this.server = new WebSocketServer({ host: '127.0.0.1', port });
		this.server.on('connection', (socket) => {
			this.sockets.push(socket);
			socket.on('message', (data) => {
				const { id, method, params } = JSON.parse(String(data));
				const reply = (body: object) => socket.send(JSON.stringify({ id, jsonrpc: '2.0', ...body }));
				const call: Call = {
					id,
					method,
					params,
					socket,
					answer: (result) => reply({ result }),
					refuse: (code, message) => reply({ error: { code, message } }),
				};
				this.calls.push(call);
				this.answers[method]?.(call);
			});
		});
	}

	async listening(): Promise<number> {
		if (this.server.address() === null) await new Promise((resolve) => this.server.once('listening', resolve));
		const address = this.server.address() as AddressInfo;
		return address.port;
	}

	notify(type: 'enter' | 'exit', items: Record<string, unknown>): void {
		const frame = JSON.stringify({ jsonrpc: '2.0', method: 'all', params: { type, items } });
		for (const socket of this.sockets) socket.send(frame);
	}

	async close(): Promise<void> {
		for (const socket of this.sockets) socket.terminate();
		await new Promise((resolve) => this.server.close(resolve));
	}
}

describe('a connection', () => {
	let peer: Peer;
	let port: number;
	let store: Store;
	let connection: Connection;

	beforeEach(async () => {
		vi.stubGlobal('WebSocket', WebSocket);
		peer = new Peer();
		port = await peer.listening();
		store = new Store((run) => run());
		connection = connect();
	});

	afterEach(async () => {
		connection.stop();
		await peer.close();
		vi.unstubAllGlobals();
	});

	const connect = (limits: Partial<Limits> = {}) =>
		new Connection(`ws://127.0.0.1:${port}/api/`, store, { pause: [5, 20], ...limits });
	const becomes = (is: string) =>
		vi.waitFor(() => expect(connection.state.is).toBe(is), { timeout: 5000, interval: 5 });
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
		expect(peer.calls.map((call) => call.method)).toEqual(['session.getUser']);
	});

	it('asks only for the kinds it shows', async () => {
		connection.start();
		await becomes('live');
		expect((await called('xo.getAllObjects')).params).toEqual({ filter: 'type:/^(VM|host|pool|task)$/' });
		expect(store.get('pool', 'p')?.name_label).toBe('p');
	});

	it('applies what was notified before the list arrived after the list', async () => {
		peer.answers['xo.getAllObjects'] = (call) => {
			peer.notify('enter', { p: pool('p', 'newer'), q: pool('q') });
			peer.notify('exit', { old: 0 });
			call.answer({ p: pool('p', 'older'), old: pool('old') });
		};
		connection.start();
		await becomes('live');
		expect([...store.all('pool').values()].map((object) => object.name_label).sort()).toEqual(['newer', 'q']);
	});

	it('follows notifications and skips what it does not know', async () => {
		connection.start();
		await becomes('live');
		peer.sockets[0]?.send('not json');
		peer.sockets[0]?.send('{"jsonrpc":"2.0","method":"later","params":{}}');
		peer.notify('enter', { v: { type: 'VIF', id: 'v' }, p: pool('p', 'renamed') });
		await vi.waitFor(() => expect(store.get('pool', 'p')?.name_label).toBe('renamed'));
		peer.notify('exit', { p: 0 });
		await vi.waitFor(() => expect(store.all('pool').size).toBe(0));
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

	it('keeps the rows while it is lost, and reads the list anew when it is back', async () => {
		connection.start();
		await becomes('live');
		const call = connection.call('vm.start', { id: 'x' });
		await called('vm.start');
		await peer.close();
		await expect(call).rejects.toBeInstanceOf(ConnectionLostError);
		expect(connection.state).toMatchObject({ is: 'lost', user });
		expect(store.get('pool', 'p')).toBeDefined();

		peer = new Peer(port);
		peer.answers['xo.getAllObjects'] = (list) => list.answer({ q: pool('q') });
		await becomes('live');
		expect([...store.all('pool').keys()]).toEqual(['q']);
	});

	it('forgets the rows when another user comes back', async () => {
		connection.start();
		await becomes('live');
		peer.answers['session.getUser'] = (call) => call.answer({ ...user, id: 'other' });
		peer.answers['xo.getAllObjects'] = () => undefined;
		connection.reconnect();
		await becomes('loading');
		expect(store.all('pool').size).toBe(0);
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
		expect(store.all('pool').size).toBe(0);
	});

	it('notices a peer that went silent without closing', async () => {
		connection = connect({ silence: 30, probe: 500 });
		connection.start();
		await becomes('live');
		peer.answers = {};
		await becomes('lost');
		expect(connection.state).toMatchObject({ reason: 'the server does not answer any more' });
	});

	it('stays live while a quiet server answers its probe', async () => {
		connection = connect({ silence: 30, probe: 10_000 });
		connection.start();
		await becomes('live');
		await called('system.getServerVersion');
		expect(connection.state.is).toBe('live');
	});

	it('says that the list was refused', async () => {
		peer.answers['xo.getAllObjects'] = (call) => call.refuse(2, 'not enough permissions');
		connection.start();
		await becomes('failed');
		expect(connection.state).toMatchObject({ error: { message: 'not enough permissions' } });
	});
});
