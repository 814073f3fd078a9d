/**
 * The load of VMs and hosts, told by the server while somebody shows it. Cells say which they show; once it has stayed
 * the same for a moment, as a list that scrolls has come to rest, the server is told.
 */
import type { Connection } from './connection';
import { onNextFrame, type Schedule } from './frame';

/** Use of processors, percent, oldest first, up to now; `null` where nothing was measured, empty where nothing runs. */
export type Load = readonly (number | null)[];

/** Objects at once: as many as the server takes. */
const MOST = 200;
/** How long what is shown must stay the same, in ms; and after how long the server is told, though it does not. */
const REST = 150;
const LATEST = 1000;

export class Loads {
	readonly #connection: Connection;
	readonly #schedule: Schedule;
	readonly #shown = new Map<string, Set<() => void>>();
	#loads = new Map<string, Load>();
	/** Those of which something is new, until the next frame. */
	readonly #news = new Set<string>();
	#timer: ReturnType<typeof setTimeout> | undefined;
	/** Since when the server has something to be told. */
	#since: number | undefined;
	/** What the server has been asked for on this connection, as text. */
	#asked = '';
	#isSeen = true;

	constructor(connection: Connection, schedule: Schedule = onNextFrame) {
		this.#connection = connection;
		this.#schedule = schedule;
		connection.listen('load', (params) => this.#tell((params as { loads: Record<string, Load> }).loads));
		connection.watch(() => this.#follow());
		this.#follow();
	}

	/** Calls back when the load is known or changed, and asks for it until told to stop. */
	watch(id: string, listener: () => void): () => void {
		const listeners = this.#shown.get(id) ?? new Set();
		this.#shown.set(id, listeners.add(listener));
		this.#rest();
		return () => {
			listeners.delete(listener);
			if (listeners.size > 0 || this.#shown.get(id) !== listeners) return;
			this.#shown.delete(id);
			this.#rest();
		};
	}

	/** Nothing while the server has not told it. */
	get(id: string): Load | undefined {
		return this.#loads.get(id);
	}

	/** Says whether anybody sees the page: for others no host is asked. */
	see(isSeen: boolean): void {
		this.#isSeen = isSeen;
		this.#rest();
	}

	#rest(): void {
		const now = Date.now();
		this.#since ??= now;
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => this.#ask(), Math.min(REST, Math.max(0, this.#since + LATEST - now)));
	}

	/** A new connection has been asked for nothing. */
	#follow(): void {
		this.#asked = '';
		this.#ask();
	}

	#ask(): void {
		this.#since = undefined;
		if (this.#connection.state.is !== 'live') return;
		const ids = this.#isSeen ? [...this.#shown.keys()].slice(-MOST).sort() : [];
		const asked = ids.join(' ');
		if (asked === this.#asked) return;
		this.#asked = asked;
		this.#connection.call('stats.subscribeLoad', { ids }).then(
			({ loads }) => {
				if (asked !== this.#asked) return;
				// Of others nothing is told any more.
				this.#loads = new Map([...this.#loads].filter(([id]) => this.#shown.has(id)));
				this.#tell(loads);
			},
			// A server that does not know this shows none.
			() => undefined,
		);
	}

	#tell(loads: Readonly<Record<string, Load>>): void {
		const isFirst = this.#news.size === 0;
		for (const [id, load] of Object.entries(loads)) {
			this.#loads.set(id, load);
			this.#news.add(id);
		}
		if (isFirst && this.#news.size > 0) this.#schedule(() => this.#wake());
	}

	#wake(): void {
		const news = [...this.#news];
		this.#news.clear();
		for (const id of news) for (const listener of [...(this.#shown.get(id) ?? [])]) listener();
	}
}
