/**
 * The one WebSocket to the server: calls, and notifications for those who listen to them.
 *
 * A state machine: connecting → (signed-out | live), and from any of them → lost, which tries again with growing
 * pauses. Whoever shows something watches the state: while lost it keeps what it had, shown as stale, and with each
 * `live` it asks anew, so nothing that changed meanwhile is missed.
 *
 * Surprise: who is signed in is decided by the cookie of the WebSocket's upgrade request, which scripts cannot read.
 * Signing in or out over HTTP therefore ends with `reconnect()`.
 */
import { ConnectionLostError, NoAnswerError, ServerError } from '../api/errors';
import type { Method, Params, Result } from '../api/methods';
import type { User } from '../api/objects';

export type State =
	| { is: 'connecting' }
	/** `ended`: somebody was signed in until now, and did not ask to leave. */
	| { is: 'signed-out'; ended: boolean }
	| { is: 'live'; user: User }
	/** `since`, `retryAt`: milliseconds since the epoch; no `retryAt` while an attempt is under way. */
	| { is: 'lost'; since: number; retryAt: number | undefined; reason: string; user: User | undefined };

export interface Limits {
	/** How long a connection may take to open, in ms. */
	open: number;
	/** How long an ordinary call may take, in ms. */
	call: number;
	/** How long nothing may come, in ms: a socket whose peer is gone looks open. The server says every 15 s that it is there. */
	silence: number;
	/** First and longest pause between two attempts, in ms. */
	pause: [number, number];
}

const LIMITS: Limits = { open: 10_000, call: 60_000, silence: 40_000, pause: [500, 30_000] };

interface Pending {
	method: Method;
	resolve: (result: never) => void;
	reject: (error: Error) => void;
	timer: ReturnType<typeof setTimeout>;
}

type Frame =
	| { id: number; result: never }
	| { id: number; error: { code: number; message: string; data?: unknown } }
	| { method: Notification; params: object };

/** What the server tells without being asked, as far as somebody here listens. */
export type Notification = 'view' | 'task' | 'record' | 'load';

export class Connection {
	readonly #url: string;
	readonly #limits: Limits;
	readonly #listeners = new Set<() => void>();
	readonly #pending = new Map<number, Pending>();
	#state: State = { is: 'connecting' };
	#socket: WebSocket | undefined;
	#nextId = 1;
	#attempt = 0;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#silence: ReturnType<typeof setTimeout> | undefined;
	readonly #told: Record<Notification, Set<(params: object) => void>> = {
		view: new Set(),
		task: new Set(),
		record: new Set(),
		load: new Set(),
	};
	#lastUser: string | undefined;

	constructor(url: string, limits: Partial<Limits> = {}) {
		this.#url = url;
		this.#limits = { ...LIMITS, ...limits };
	}

	get state(): State {
		return this.#state;
	}

	watch(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** Calls back with the parameters of each notification of that name. */
	listen(name: Notification, listener: (params: object) => void): () => void {
		this.#told[name].add(listener);
		return () => this.#told[name].delete(listener);
	}

	/** Opens the connection and keeps it open until `stop()`. */
	start(): void {
		this.#open();
	}

	/** Closes the connection for good. */
	stop(): void {
		clearTimeout(this.#timer);
		this.#drop('closed');
	}

	/** Opens a new connection for somebody else: the user asked to leave. */
	leave(): void {
		this.#lastUser = undefined;
		this.reconnect();
	}

	/** Opens a new connection at once: the cookie changed, or the user does not want to wait. */
	reconnect(): void {
		clearTimeout(this.#timer);
		this.#drop('reconnecting');
		this.#attempt = 0;
		this.#open();
	}

	/** Tries again now if the connection is lost; called when the network or the page comes back. */
	hurry(): void {
		if (this.#state.is === 'lost' && this.#state.retryAt !== undefined) this.reconnect();
	}

	/** Calls a method. Fails with `ServerError`, `ConnectionLostError`, or after `limit` ms with `NoAnswerError`. */
	call<M extends Method>(method: M, params: Params<M>, limit = this.#limits.call): Promise<Result<M>> {
		const socket = this.#socket;
		if (socket === undefined || socket.readyState !== WebSocket.OPEN) {
			return Promise.reject(new ConnectionLostError('not connected to the server'));
		}
		const id = this.#nextId++;
		return new Promise<Result<M>>((resolve, reject) => {
			const timer = setTimeout(() => {
				this.#pending.delete(id);
				reject(new NoAnswerError(`no answer to ${method} within ${Math.round(limit / 1000)} s`));
			}, limit);
			this.#pending.set(id, { method, resolve, reject, timer });
			socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
		});
	}

	/** Asks who is signed in: the record of the user has changed. */
	async knowUser(): Promise<void> {
		const socket = this.#socket;
		const user = await this.call('session.getUser', {}).catch(() => undefined);
		if (user === undefined || socket !== this.#socket || this.#state.is !== 'live') return;
		if (JSON.stringify(user) !== JSON.stringify(this.#state.user)) this.#set({ is: 'live', user });
	}

	#set(state: State): void {
		this.#state = state;
		for (const listener of [...this.#listeners]) listener();
	}

	#open(): void {
		if (this.#state.is === 'lost') this.#set({ ...this.#state, retryAt: undefined });
		const socket = new WebSocket(this.#url);
		this.#socket = socket;
		const slow = setTimeout(() => this.#lose(socket, 'the server does not answer'), this.#limits.open);
		socket.addEventListener('open', () => {
			clearTimeout(slow);
			if (socket === this.#socket) this.#identify(socket);
		});
		socket.addEventListener('message', (event) => {
			if (socket === this.#socket) this.#receive(socket, String(event.data));
		});
		socket.addEventListener('close', (event) => {
			clearTimeout(slow);
			this.#lose(socket, event.reason === '' ? 'the connection was closed' : event.reason);
		});
		// An error is always followed by `close`, which says more.
		socket.addEventListener('error', () => undefined);
	}

	async #identify(socket: WebSocket): Promise<void> {
		this.#listen(socket);
		// Pages look at what they show by views. Both are asked at once: it is one way to the server less.
		this.call('session.setNotifications', { all: false }).catch(() => undefined);
		let user: User;
		try {
			user = await this.call('session.getUser', {});
		} catch (error) {
			if (socket !== this.#socket) return;
			if (!(error instanceof ServerError)) return this.#lose(socket, 'the server does not answer');
			this.#attempt = 0;
			const ended = this.#lastUser !== undefined;
			this.#lastUser = undefined;
			clearTimeout(this.#silence);
			return this.#set({ is: 'signed-out', ended });
		}
		if (socket !== this.#socket) return;
		this.#lastUser = user.id;
		this.#attempt = 0;
		this.#set({ is: 'live', user });
	}

	/** Starts to count the silence anew; the server does not let it last while it is there and somebody is signed in. */
	#listen(socket: WebSocket): void {
		clearTimeout(this.#silence);
		if (this.#state.is === 'signed-out') return;
		const why = 'nothing is heard of the server any more';
		this.#silence = setTimeout(() => this.#lose(socket, why), this.#limits.silence);
	}

	#receive(socket: WebSocket, text: string): void {
		this.#listen(socket);
		const frame = readFrame(text);
		if (frame === undefined) return;
		if (!('id' in frame)) {
			for (const listener of [...this.#told[frame.method]]) listener(frame.params);
			return;
		}
		const pending = this.#pending.get(frame.id);
		if (pending === undefined) return;
		this.#pending.delete(frame.id);
		clearTimeout(pending.timer);
		if ('error' in frame) {
			pending.reject(new ServerError(frame.error.code, frame.error.message, frame.error.data));
		} else {
			pending.resolve(frame.result);
		}
	}

	#lose(socket: WebSocket, reason: string): void {
		if (socket !== this.#socket) return;
		this.#drop(reason);
		const [first, longest] = this.#limits.pause;
		// Half of the pause is chance, so that all clients of a restarted server do not come back in the same moment.
		const pause = Math.min(longest, first * 2 ** this.#attempt++) * (0.5 + Math.random() / 2);
		const since = this.#state.is === 'lost' ? this.#state.since : Date.now();
		const user = 'user' in this.#state ? this.#state.user : undefined;
		this.#timer = setTimeout(() => this.#open(), pause);
		this.#set({ is: 'lost', since, retryAt: Date.now() + pause, reason, user });
	}

	#drop(reason: string): void {
		clearTimeout(this.#silence);
		const socket = this.#socket;
		this.#socket = undefined;
		socket?.close();
		for (const pending of this.#pending.values()) {
			clearTimeout(pending.timer);
			pending.reject(new ConnectionLostError(`${reason} before ${pending.method} was answered`));
		}
		this.#pending.clear();
	}
}

/** Reads a frame; what is no answer and no notification we know is skipped, as newer servers may send more. */
function readFrame(text: string): Frame | undefined {
	let frame: unknown;
	try {
		frame = JSON.parse(text);
	} catch {
		return undefined;
	}
	return isFrame(frame) ? frame : undefined;
}

function isFrame(frame: unknown): frame is Frame {
	if (typeof frame !== 'object' || frame === null) return false;
	if ('id' in frame) return typeof frame.id === 'number' && ('result' in frame || 'error' in frame);
	return 'method' in frame && isName(frame.method) && 'params' in frame && typeof frame.params === 'object';
}

function isName(method: unknown): method is Notification {
	return method === 'view' || method === 'task' || method === 'record' || method === 'load';
}
