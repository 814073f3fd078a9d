/**
 * The ordered ids of the objects that a filter keeps: what a list shows. Changes are taken in at a bounded rate, and
 * only the objects that changed are tested and put in order again, so that a thousand changes a second cost a list
 * of ten thousand rows a few milliseconds. Rows themselves do not wait for this: each watches its own object.
 */
import type { Kind, Kinds } from '../api/objects';
import type { ChangeLog, Store } from './store';

export type Compare<T> = (a: T, b: T) => number;

/** Least time between two takings-in of changes, in ms. */
const PAUSE = 500;

export class LiveList<K extends Kind> {
	readonly #store: Store;
	readonly #kind: K;
	readonly #keeps: (object: Kinds[K]) => boolean;
	readonly #compare: Compare<Kinds[K]>;
	readonly #alsoAfter: readonly Kind[];
	readonly #pause: number;
	/** The kept objects, in order. */
	#rows: Kinds[K][] = [];
	#ids: readonly string[] = [];
	#seen = -1;
	/** What `alsoAfter` was when the rows were last put in order: a changed name of a host moves rows that did not. */
	#orderedAfter = '';
	readonly #listeners = new Set<() => void>();
	#log: ChangeLog | undefined;
	#stop: (() => void)[] = [];
	#lastRefresh = 0;
	#timer: ReturnType<typeof setTimeout> | undefined;

	/** `alsoAfter`: kinds that the order looks at besides the rows' own, as the host's name does for VMs. */
	constructor(
		store: Store,
		kind: K,
		keeps: (object: Kinds[K]) => boolean,
		compare: Compare<Kinds[K]>,
		{ alsoAfter = [], pause = PAUSE }: { alsoAfter?: readonly Kind[]; pause?: number } = {},
	) {
		this.#store = store;
		this.#kind = kind;
		this.#keeps = keeps;
		this.#compare = compare;
		this.#alsoAfter = alsoAfter;
		this.#pause = pause;
		this.#readAll();
	}

	/** The ids in order; the same array until something changed. */
	readonly ids = (): readonly string[] => this.#ids;

	/** Calls back when the ids or their order changed; the list follows the store while somebody watches. */
	readonly watch = (listener: () => void): (() => void) => {
		if (this.#listeners.size === 0) this.#follow();
		this.#listeners.add(listener);
		return () => {
			this.#listeners.delete(listener);
			if (this.#listeners.size === 0) this.#unfollow();
		};
	};

	/** Takes in what changed, now. */
	refresh(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		this.#lastRefresh = Date.now();
		this.#readChanged(this.#log?.take() ?? new Set());
	}

	#follow(): void {
		this.#log = this.#store.follow(this.#kind);
		const soon = () => {
			this.#timer ??= setTimeout(() => this.refresh(), Math.max(0, this.#lastRefresh + this.#pause - Date.now()));
		};
		this.#stop = [this.#kind, ...this.#alsoAfter].map((kind) => this.#store.watchKind(kind, soon));
		if (this.#seen !== this.#store.version(this.#kind) || this.#orderedAfter !== this.#others()) this.#readAll();
	}

	#unfollow(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		this.#log?.close();
		this.#log = undefined;
		for (const stop of this.#stop) stop();
	}

	#readAll(): void {
		this.#rows = [...this.#store.all(this.#kind).values()].filter(this.#keeps);
		this.#order();
		this.#publish();
	}

	#order(): void {
		this.#rows.sort(this.#compare);
		this.#orderedAfter = this.#others();
	}

	/** Changes with each change of an object that the order may look at besides the rows' own. */
	#others(): string {
		return this.#alsoAfter.map((kind) => this.#store.version(kind)).join();
	}

	#readChanged(changed: ReadonlySet<string>): void {
		if (changed.size > 0) {
			const objects = this.#store.all(this.#kind);
			const fresh = (id: string) => {
				const object = objects.get(id);
				return object !== undefined && this.#keeps(object) ? object : undefined;
			};
			const same = this.#rows.filter((row) => !changed.has(row.id));
			const others = [...changed].flatMap((id) => fresh(id) ?? []);
			this.#rows = merge(same, others.sort(this.#compare), this.#compare);
		}
		if (this.#orderedAfter !== this.#others()) this.#order();
		this.#publish();
	}

	#publish(): void {
		this.#seen = this.#store.version(this.#kind);
		const ids = this.#rows.map((row) => row.id);
		if (ids.length === this.#ids.length && ids.every((id, index) => id === this.#ids[index])) return;
		this.#ids = ids;
		for (const listener of [...this.#listeners]) listener();
	}
}

/** Puts a few into many, both in order; compares about as often as the few take to be found a place. */
function merge<T>(many: readonly T[], few: readonly T[], compare: Compare<T>): T[] {
	const merged: T[] = [];
	let done = 0;
	for (const item of few) {
		const at = placeOf(item, many, done, compare);
		for (const row of many.slice(done, at)) merged.push(row);
		merged.push(item);
		done = at;
	}
	return merged.concat(many.slice(done));
}

/** The first index from `from` on whose row goes after the item. */
function placeOf<T>(item: T, rows: readonly T[], from: number, compare: Compare<T>): number {
	let [low, high] = [from, rows.length];
	while (low < high) {
		const middle = (low + high) >> 1;
		const row = rows[middle];
		if (row !== undefined && compare(row, item) <= 0) low = middle + 1;
		else high = middle;
	}
	return low;
}
