/**
 * Keeps a console open. A WebSocket that ends is opened anew, by itself and with growing pauses; where the server says
 * that there is no console, nothing is asked again until somebody knows that something has changed.
 *
 * Surprise: a browser does not tell a page why its WebSocket was refused, so the same address is asked with `GET`,
 * which is answered with 426 where there is a console.
 */
import type { Attach, Viewer } from './viewer';

export type State =
	| { is: 'connecting' }
	| { is: 'open' }
	/** There is none as things are. */
	| { is: 'none'; why: string }
	/** `retryAt`: milliseconds since the epoch. */
	| { is: 'lost'; why: string; retryAt: number };

/** First and longest pause between two attempts, in ms. */
const PAUSE: [number, number] = [500, 15_000];
/** How long a console may take to show its first picture, in ms: a host may be slow to answer. */
const OPEN = 30_000;

export class Keeper {
	readonly #url: URL;
	readonly #target: HTMLElement;
	readonly #attach: Attach;
	readonly #copied: (text: string) => void;
	readonly #listeners = new Set<() => void>();
	#state: State = { is: 'connecting' };
	#socket: WebSocket | undefined;
	#viewer: Viewer | undefined;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#attempt = 0;

	/** `url` is that of the console over HTTP. */
	constructor(url: URL, target: HTMLElement, attach: Attach, copied: (text: string) => void) {
		this.#url = url;
		this.#target = target;
		this.#attach = attach;
		this.#copied = copied;
	}

	readonly state = (): State => this.#state;
	readonly watch = (listener: () => void) => {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	};

	/** What takes keys, while there is something. */
	get viewer(): Viewer | undefined {
		return this.#state.is === 'open' ? this.#viewer : undefined;
	}

	start(): this {
		this.#open();
		return this;
	}

	/** Tries again now, unless it is open or about to be. */
	hurry(): void {
		if (this.#state.is !== 'lost' && this.#state.is !== 'none') return;
		this.#attempt = 0;
		this.#open();
	}

	/** Ends it for good. */
	stop(): void {
		clearTimeout(this.#timer);
		this.#drop();
		this.#listeners.clear();
	}

	#set(state: State): void {
		this.#state = state;
		for (const listener of [...this.#listeners]) listener();
	}

	#open(): void {
		clearTimeout(this.#timer);
		this.#drop();
		this.#set({ is: 'connecting' });
		const socket = new WebSocket(this.#url.href.replace(/^http/, 'ws'));
		socket.binaryType = 'arraybuffer';
		this.#socket = socket;
		this.#timer = setTimeout(() => socket.close(), OPEN);
		socket.addEventListener('close', ({ code, reason }) => {
			if (socket === this.#socket) void this.#closed(code, reason);
		});
		this.#viewer = this.#attach(this.#target, socket, {
			open: () => {
				if (socket !== this.#socket) return;
				clearTimeout(this.#timer);
				this.#attempt = 0;
				this.#set({ is: 'open' });
			},
			copied: this.#copied,
		});
	}

	#drop(): void {
		const viewer = this.#viewer;
		const socket = this.#socket;
		this.#viewer = undefined;
		this.#socket = undefined;
		viewer?.end();
		socket?.close();
	}

	async #closed(code: number, reason: string): Promise<void> {
		clearTimeout(this.#timer);
		this.#drop();
		// It goes on at another place, where another can be opened at once.
		if (code === 1012 && this.#attempt === 0) return this.#again(reason, 0);
		// Not used for long, or not allowed any more: somebody has to want it.
		if (code === 1008 || (code === 1000 && reason !== '')) return this.#set({ is: 'none', why: reason });
		this.#set({ is: 'connecting' });
		const { state } = this;
		const before = state();
		const answer = await ask(this.#url);
		if (state() !== before || this.#listeners.size === 0) return;
		if (answer.is === 'none') this.#set(answer);
		else this.#again(answer.why || reason, answer.wait);
	}

	#again(why: string, wait: number): void {
		const [first, longest] = PAUSE;
		const pause = Math.max(wait, Math.min(longest, first * 2 ** this.#attempt++) * (0.5 + Math.random() / 2));
		this.#timer = setTimeout(() => this.#open(), pause);
		this.#set({ is: 'lost', why, retryAt: Date.now() + pause });
	}
}

/** Asks the server why there is no console: none for a reason, or one that can be opened after `wait` ms. */
async function ask(url: URL): Promise<{ is: 'none'; why: string } | { is: 'later'; why: string; wait: number }> {
	let response: Response;
	try {
		response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(10_000) });
	} catch {
		return { is: 'later', why: '', wait: 0 };
	}
	if (response.status === 426) return { is: 'later', why: '', wait: 0 };
	const why = (await response.text().catch(() => '')).trim();
	const wait = Number(response.headers.get('retry-after') ?? 0) * 1000;
	return response.status >= 500 || response.status === 429 ? { is: 'later', why, wait } : { is: 'none', why };
}
