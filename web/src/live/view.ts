/**
 * A part of a list that the server keeps: the rows of a window, how many match, and how many there are of each value.
 * It is asked for anew when something else is wanted, one question at a time, the last wish first; in between it
 * follows what the server tells. Listeners are woken once a frame of the screen, and rows by their id, so that a row
 * that changed wakes nobody but who shows it.
 *
 * Surprise: the rows may lag behind the wish. `offset` is where those that are there begin.
 */
import type { Params } from '../api/methods';
import type { Connection } from './connection';
import { onNextFrame, type Schedule } from './frame';

export type Wish = Params<'view.subscribe'>;

/** An object, or the columns of one by their names; a column that it does not have is `null`. */
export interface Row {
	readonly id: string;
	readonly [column: string]: unknown;
}

export type Counts = Readonly<Record<string, number>>;

interface Shown {
	id: number;
	total: number;
	rows: Row[];
	counts: Record<string, Counts | null>;
}

/** What tells from one state of a view to the next, as `crates/view/src/change.rs` writes it. */
interface Change {
	id: number;
	total?: number;
	left?: string[];
	moved?: Record<string, number>;
	entered?: [number, Row][];
	changed?: Record<string, Record<string, unknown>>;
	counts?: Record<string, Counts | null>;
	closed?: { message?: string } | string;
}

type Listener = () => void;

export class View {
	readonly #connection: Connection;
	readonly #schedule: Schedule;
	readonly #listeners = new Set<Listener>();
	readonly #all = new Set<Listener>();
	readonly #byId = new Map<string, Set<Listener>>();
	readonly #dirty = new Set<string>();
	#stop: (() => void)[] = [];
	#wish: Wish | undefined;
	/** What the rows that are there answer. */
	#answered: Wish | undefined;
	/** The wish that is on its way to the server. */
	#asked: Wish | undefined;
	#id: number | undefined;
	/** Whose rows these are. */
	#user: string | undefined;
	#scheduled = false;
	#restructured = false;
	/** Grows with every change of which rows there are, of the total or of the counts. */
	version = 0;
	#rows: readonly Row[] = [];
	/** Where each row is among them; made when somebody asks. */
	#places: Map<string, number> | undefined;
	offset = 0;
	/** How many match; nothing while that is not known. */
	total: number | undefined;
	counts: Readonly<Record<string, Counts | null>> = {};
	/** Why the server does not show what is wished. */
	error: Error | undefined;

	constructor(connection: Connection, schedule: Schedule = onNextFrame) {
		this.#connection = connection;
		this.#schedule = schedule;
	}

	get rows(): readonly Row[] {
		return this.#rows;
	}

	/** Follows the server until it is closed; may be opened again then. */
	open(): this {
		if (this.#stop.length > 0) return this;
		this.#stop = [
			this.#connection.listen('view', (params) => this.#tell(params as Change)),
			this.#connection.watch(() => this.#connected()),
		];
		this.#connected();
		return this;
	}

	/** Whether the rows answer what was last wished for. */
	get isSettled(): boolean {
		return this.#wish !== undefined && this.#answered === this.#wish;
	}

	/** Asks for something; the rows stay as they are until the answer is there. */
	show(wish: Wish): void {
		if (this.#wish !== undefined && same(this.#wish, wish)) return;
		this.#wish = wish;
		void this.#ask();
	}

	/** Ends it, here and on the server. */
	close(): void {
		for (const stop of this.#stop) stop();
		this.#stop = [];
		if (this.#id !== undefined) this.#end(this.#id);
		this.#id = undefined;
		this.#asked = undefined;
		this.#answered = undefined;
	}

	/** A name for all that matches, in the window or not, for actions on it. */
	async select(): Promise<string> {
		if (this.#id === undefined) throw new Error('the list is not there yet');
		return (await this.#connection.call('view.select', { id: this.#id })).token;
	}

	/** Calls back when rows came, went or moved, and when the total or the counts changed. */
	watch(listener: Listener): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** Calls back when this row changed. */
	watchRow(id: string, listener: Listener): () => void {
		const listeners = this.#byId.get(id) ?? new Set();
		this.#byId.set(id, listeners.add(listener));
		return () => {
			listeners.delete(listener);
			if (listeners.size === 0 && this.#byId.get(id) === listeners) this.#byId.delete(id);
		};
	}

	/** Calls back when anything changed, also inside of a row. */
	watchAll(listener: Listener): () => void {
		this.#all.add(listener);
		return () => this.#all.delete(listener);
	}

	/** The row of the list at a place, if the window has it. */
	at(index: number): Row | undefined {
		return this.rows[index - this.offset];
	}

	/** The row of an id, if the window has it. */
	get(id: string): Row | undefined {
		const place = this.#placeOf(id);
		return place === undefined ? undefined : this.#rows[place];
	}

	/** The place in the list of an id, if the window has it; else -1. */
	indexOf(id: string): number {
		const place = this.#placeOf(id);
		return place === undefined ? -1 : this.offset + place;
	}

	#placeOf(id: string): number | undefined {
		this.#places ??= new Map(this.#rows.map((row, place) => [row.id, place]));
		return this.#places.get(id);
	}

	/** Has other rows, or others in their order. */
	#have(rows: readonly Row[]): void {
		this.#rows = rows;
		this.#places = undefined;
	}

	#end(id: number): void {
		void this.#connection.call('view.unsubscribe', { id }).catch(() => undefined);
	}

	#connected(): void {
		const { state } = this.#connection;
		if (state.is === 'live') {
			if (this.#id !== undefined || this.#asked !== undefined) return;
			if (this.#user !== undefined && this.#user !== state.user.id) this.#forget();
			this.#user = state.user.id;
			void this.#ask();
			return;
		}
		this.#id = undefined;
		this.#asked = undefined;
		this.#answered = undefined;
	}

	#forget(): void {
		this.#have([]);
		this.total = undefined;
		this.counts = {};
		this.#wake();
	}

	async #ask(): Promise<void> {
		const wish = this.#wish;
		if (wish === undefined || this.#asked !== undefined || this.#stop.length === 0) return;
		if (this.#connection.state.is !== 'live') return;
		this.#asked = wish;
		try {
			const shown =
				this.#id === undefined
					? await this.#connection.call('view.subscribe', wish)
					: await this.#connection.call('view.update', { ...wish, id: this.#id });
			// Closed meanwhile: nobody else will end it. What another connection said is over by itself.
			if (this.#asked !== wish) return this.#end(shown.id);
			this.#take(shown as unknown as Shown, wish);
			this.error = undefined;
		} catch (error) {
			if (this.#asked !== wish) return;
			this.error = error instanceof Error ? error : new Error(String(error));
		}
		this.#asked = undefined;
		this.#answered = wish;
		this.#wake();
		if (this.#wish !== wish) void this.#ask();
	}

	#take(shown: Shown, wish: Wish): void {
		this.#id = shown.id;
		const before = new Map(this.rows.map((row) => [row.id, row]));
		const rows = shown.rows.map((row) => {
			const known = before.get(row.id);
			if (known !== undefined && sameRow(known, row)) return known;
			if (known !== undefined) this.#dirty.add(row.id);
			return row;
		});
		this.#have(rows);
		this.offset = wish.offset ?? 0;
		this.total = shown.total;
		this.counts = shown.counts;
	}

	#tell(change: Change): void {
		if (change.id !== this.#id || this.#id === undefined) return;
		if (change.closed !== undefined) {
			this.#id = undefined;
			const why = typeof change.closed === 'string' ? change.closed : change.closed?.message;
			this.error = new Error(why ?? 'the server has ended this list');
			this.#wake();
			return;
		}
		if (change.left !== undefined || change.moved !== undefined || change.entered !== undefined) {
			this.#have(place(this.#rows, change));
			this.#restructured = true;
		}
		if (change.changed !== undefined) this.#set(change.changed);
		if (change.total !== undefined) this.total = change.total;
		if (change.counts !== undefined) this.counts = count(this.counts, change.counts);
		if (change.total !== undefined || change.counts !== undefined) this.#restructured = true;
		this.#soon();
	}

	#set(changed: Record<string, Record<string, unknown>>): void {
		const rows = [...this.#rows];
		for (const [id, change] of Object.entries(changed)) {
			const place = this.#placeOf(id);
			if (place === undefined) continue;
			this.#dirty.add(id);
			// A whole object stands for itself: what it no longer has is gone.
			rows[place] = this.#answered?.columns === undefined ? { ...change, id } : { ...rows[place], ...change, id };
		}
		this.#rows = rows;
	}

	#wake(): void {
		this.#restructured = true;
		this.#soon();
	}

	#soon(): void {
		if (this.#scheduled) return;
		this.#scheduled = true;
		this.#schedule(() => this.#flush());
	}

	#flush(): void {
		this.#scheduled = false;
		const ids = [...this.#dirty];
		this.#dirty.clear();
		for (const id of ids) {
			for (const listener of [...(this.#byId.get(id) ?? [])]) listener();
		}
		for (const listener of [...this.#all]) listener();
		if (!this.#restructured) return;
		this.#restructured = false;
		this.version++;
		for (const listener of [...this.#listeners]) listener();
	}
}

/** Takes out what left or moved, then puts in what moved or entered, the lowest place first. */
function place(rows: readonly Row[], { left = [], moved = {}, entered = [] }: Change): readonly Row[] {
	const away = new Set([...left, ...Object.keys(moved)]);
	const byId = new Map(rows.map((row) => [row.id, row]));
	const stay = rows.filter((row) => !away.has(row.id));
	const coming = Object.entries(moved).flatMap(([id, at]): [number, Row][] => {
		const row = byId.get(id);
		return row === undefined ? [] : [[at, row]];
	});
	coming.push(...entered);
	for (const [at, row] of coming.sort(([a], [b]) => a - b)) stay.splice(at, 0, row);
	return stay;
}

/** Of the counts only those that changed are told; nothing is left of what is 0. */
function count(before: View['counts'], told: Record<string, Counts | null>): View['counts'] {
	const counts: Record<string, Counts | null> = { ...before };
	for (const [property, values] of Object.entries(told)) {
		const known = counts[property];
		counts[property] =
			values === null
				? null
				: Object.fromEntries(Object.entries({ ...known, ...values }).filter(([, number]) => number > 0));
	}
	return counts;
}

function sameRow(a: Row, b: Row): boolean {
	const keys = Object.keys(b);
	if (keys.length !== Object.keys(a).length) return false;
	return keys.every((key) => Object.is(a[key], b[key]) || same(a[key], b[key]));
}

function same(a: unknown, b: unknown): boolean {
	if (typeof a !== 'object' || typeof b !== 'object') return Object.is(a, b);
	return JSON.stringify(a) === JSON.stringify(b);
}
