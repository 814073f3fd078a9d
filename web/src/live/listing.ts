/**
 * A list as a table shows it: lines, of which only those in sight and around have rows. Grouped, each group is a line
 * with its number, and the rows below it are a view of their own while they are in sight.
 */
import type { Connection } from './connection';
import { type Counts, type Row, View, type Wish } from './view';

export type Line =
	| { is: 'row'; row: Row }
	| { is: 'group'; value: string; count: number; open: boolean }
	/** Its row is on its way. */
	| { is: 'blank' };

/** What a table asks of a list, wherever its rows come from. */
export interface Lines {
	watch: (listener: () => void) => () => void;
	version: () => number;
	/** Number of lines, those of groups among them. */
	length: () => number;
	at: (index: number) => Line | undefined;
	/** Tells which lines are in sight. */
	look: (from: number, to: number) => void;
	/** The row of an id, if it is here. */
	get: (id: string) => Row | undefined;
	watchRow: (id: string, listener: () => void) => () => void;
	/** The line of a row, if it is here; else -1. */
	indexOf: (id: string) => number;
	/** Opens or closes a group. */
	toggle: (value: string) => void;
}

export interface Look {
	type: string | string[];
	filter: string;
	/** Properties, `-` before those that descend. */
	sort: string[];
	columns: string[];
	/** Properties to count by. */
	counted: string[];
	/** The property to group by. */
	group: string | undefined;
}

/** Rows that a window has: several screens, so that scrolling meets them, and few enough to be told in a moment. */
const WINDOW = 160;
/** Rows between what is in sight and the edge of the window, below which the window moves. */
const EDGE = 30;
/** Rows that a window has behind what is in sight while somebody scrolls: the others are ahead. */
const BEHIND = EDGE + 10;

interface Section {
	value: string;
	count: number;
	/** The first line of it, its head among them. */
	start: number;
}

export class Listing implements Lines {
	readonly #connection: Connection;
	/** The whole list, or where it is grouped the counts only. */
	readonly #head: View;
	readonly #parts = new Map<string, { view: View; stop: () => void }>();
	readonly #closed = new Set<string>();
	readonly #listeners = new Set<() => void>();
	#look: Look | undefined;
	#sections: Section[] = [];
	#seen: [from: number, to: number] = [0, 40];
	/** Where what is in sight goes: to the end (1), to the start (-1), or nowhere yet. */
	#heading: -1 | 0 | 1 = 0;
	#total: number | undefined;
	#counts: View['counts'] = {};
	#length = 0;
	#version = 0;
	#order: (a: string, b: string) => number = (a, b) => (a < b ? -1 : 1);

	constructor(connection: Connection) {
		this.#connection = connection;
		this.#head = new View(connection);
		this.#head.watch(() => this.#change());
	}

	readonly version = () => this.#version;
	readonly length = () => this.#length;
	readonly watch = (listener: () => void) => {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	};

	/** How many match. Told together with `length` and `counts`, though the head may know more already. */
	get total(): number | undefined {
		return this.#total;
	}

	get counts(): Readonly<Record<string, Counts | null>> {
		return this.#counts;
	}

	get error(): Error | undefined {
		return this.#head.error;
	}

	/** Whether what is shown is what was asked for. */
	get isSettled(): boolean {
		return this.#head.isSettled;
	}

	show(look: Look): void {
		const other = this.#look?.filter !== look.filter || this.#look.group !== look.group;
		if (other) {
			this.#seen = [0, this.#seen[1] - this.#seen[0]];
			this.#heading = 0;
		}
		this.#look = look;
		this.#ask();
	}

	/** Puts groups in an order, such as that of their names. */
	orderBy(order: (a: string, b: string) => number): void {
		this.#order = order;
		this.#change();
	}

	open(): void {
		this.#head.open();
		this.#ask();
	}

	/** Ends it, here and on the server; may be opened again. */
	close(): void {
		this.#head.close();
		for (const { view, stop } of this.#parts.values()) {
			stop();
			view.close();
		}
		this.#parts.clear();
	}

	readonly look = (from: number, to: number) => {
		if (this.#seen[0] === from && this.#seen[1] === to) return;
		if (from !== this.#seen[0]) this.#heading = from > this.#seen[0] ? 1 : -1;
		this.#seen = [from, to];
		this.#ask();
	};

	readonly toggle = (value: string) => {
		if (!this.#closed.delete(value)) this.#closed.add(value);
		this.#change();
	};

	readonly at = (index: number): Line | undefined => {
		if (index < 0 || index >= this.#length) return undefined;
		if (this.#look?.group === undefined) return lineOf(this.#head.at(index));
		const section = this.#sections[this.#sectionAt(index)];
		if (section === undefined) return undefined;
		const { value, count, start } = section;
		if (index === start) return { is: 'group', value, count, open: !this.#closed.has(value) };
		return lineOf(this.#parts.get(value)?.view.at(index - start - 1));
	};

	readonly get = (id: string): Row | undefined => {
		for (const view of this.#views()) {
			const row = view.get(id);
			if (row !== undefined) return row;
		}
		return undefined;
	};

	readonly indexOf = (id: string): number => {
		if (this.#look?.group === undefined) return this.#head.indexOf(id);
		for (const { value, start } of this.#sections) {
			const place = this.#parts.get(value)?.view.indexOf(id) ?? -1;
			if (place >= 0) return start + 1 + place;
		}
		return -1;
	};

	readonly watchRow = (id: string, listener: () => void) => {
		for (const view of this.#views()) if (view.indexOf(id) >= 0) return view.watchRow(id, listener);
		return this.#head.watchRow(id, listener);
	};

	*#views(): Generator<View> {
		yield this.#head;
		for (const { view } of this.#parts.values()) yield view;
	}

	#ask(): void {
		const look = this.#look;
		if (look === undefined) return;
		const { type, filter, sort, columns, counted, group } = look;
		const wish: Wish = { type, filter, sort, columns };
		if (group === undefined) {
			const groupBy = counted;
			this.#head.show({
				...wish,
				groupBy,
				...windowAround(this.#seen, this.#heading, this.#head.isSettled ? this.#head : undefined),
			});
			for (const value of [...this.#parts.keys()]) this.#drop(value);
			return;
		}
		this.#head.show({ type, filter, limit: 0, groupBy: [...new Set([...counted, group])] });
		this.#askParts(wish, group);
	}

	/** Opens the views of the groups in sight, and ends those of others. */
	#askParts(wish: Wish, group: string): void {
		const [from, to] = this.#seen;
		const wanted = new Set<string>();
		for (const { value, count, start } of this.#sections) {
			if (this.#closed.has(value) || start > to + EDGE || start + count < from - EDGE) continue;
			wanted.add(value);
			const part = this.#parts.get(value) ?? this.#open(value);
			const seen: [number, number] = [Math.max(0, from - start - 1), Math.min(count, to - start - 1)];
			const filter = within(wish.filter ?? '', group, value);
			part.view.show({
				...wish,
				filter,
				...windowAround(seen, this.#heading, part.view.isSettled ? part.view : undefined),
			});
		}
		for (const value of [...this.#parts.keys()]) if (!wanted.has(value)) this.#drop(value);
	}

	#open(value: string) {
		const view = new View(this.#connection).open();
		const part = { view, stop: view.watch(() => this.#wake()) };
		this.#parts.set(value, part);
		return part;
	}

	#drop(value: string): void {
		const part = this.#parts.get(value);
		this.#parts.delete(value);
		part?.stop();
		part?.view.close();
	}

	#sectionAt(index: number): number {
		let [low, high] = [0, this.#sections.length];
		while (low < high) {
			const middle = (low + high) >> 1;
			if ((this.#sections[middle]?.start ?? 0) <= index) low = middle + 1;
			else high = middle;
		}
		return low - 1;
	}

	/** Lays the groups out anew. */
	#change(): void {
		const group = this.#look?.group;
		this.#total = this.#head.total;
		this.#counts = this.#head.counts;
		this.#length = this.#total ?? 0;
		this.#sections = [];
		if (group !== undefined) {
			const counts = Object.entries(this.#head.counts[group] ?? {}).sort(([a], [b]) => this.#order(a, b));
			let start = 0;
			for (const [value, count] of counts) {
				this.#sections.push({ value, count, start });
				start += 1 + (this.#closed.has(value) ? 0 : count);
			}
			this.#length = start;
			this.#ask();
		}
		this.#wake();
	}

	#wake(): void {
		this.#version++;
		for (const listener of [...this.#listeners]) listener();
	}
}

function lineOf(row: Row | undefined): Line {
	return row === undefined ? { is: 'blank' } : { is: 'row', row };
}

/** The window to show what is in sight: the one there is, while it reaches far enough; else one that reaches ahead. */
export function windowAround(
	[from, to]: [number, number],
	heading: -1 | 0 | 1,
	now: Pick<View, 'offset' | 'total'> | undefined,
): { offset: number; limit: number } {
	if (now !== undefined) {
		const end = now.offset + WINDOW;
		const reaches = (now.offset === 0 || from >= now.offset + EDGE) && (to <= end - EDGE || end >= (now.total ?? 0));
		if (reaches) return { offset: now.offset, limit: WINDOW };
	}
	const middle = Math.floor((from + to) / 2) - WINDOW / 2;
	// So much stays behind that a step back does not ask again.
	const ahead = heading > 0 ? Math.max(middle, from - BEHIND) : Math.min(middle, to + BEHIND - WINDOW);
	return { offset: Math.max(0, heading === 0 ? middle : ahead), limit: WINDOW };
}

/** A filter that keeps of what another keeps those with exactly this value. */
export function within(filter: string, property: string, value: string): string {
	const term = `${property}:/^${value.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')}$/`;
	return filter.trim() === '' ? term : `(${filter}) ${term}`;
}

/** The rows that are there, in their order. */
export function shownRows(listing: Lines): Row[] {
	const rows: Row[] = [];
	for (let index = 0; index < listing.length(); index++) {
		const line = listing.at(index);
		if (line?.is === 'row') rows.push(line.row);
	}
	return rows;
}
