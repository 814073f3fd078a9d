/** For tests of what talks to the server. */
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

export const user = { id: 'u', email: 'admin@admin.net', permission: 'admin', groups: [], preferences: {} };

export interface Call {
	id: number;
	method: string;
	params: Record<string, unknown>;
	answer: (result: unknown) => void;
	refuse: (code: number, message: string) => void;
	socket: WebSocket;
}

/** The other end of the wire: a WebSocket server whose calls a test answers by hand, or by name. */
export class Peer {
	readonly server: WebSocketServer;
	readonly calls: Call[] = [];
	readonly sockets: WebSocket[] = [];
	answers: Record<string, (call: Call) => void> = {
		'session.getUser': (call) => call.answer(user),
		'session.setNotifications': (call) => call.answer(true),
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

	notify(method: string, params: object): void {
		const frame = JSON.stringify({ jsonrpc: '2.0', method, params });
		for (const socket of this.sockets) socket.send(frame);
	}

	async close(): Promise<void> {
		for (const socket of this.sockets) socket.terminate();
		await new Promise((resolve) => this.server.close(resolve));
	}
}
