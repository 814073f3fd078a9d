/**
 * A few columns of objects that others name by id, such as the host of a VM: asked for together, by one view for each
 * sort of objects. Those that nobody shows any more are kept for a while, as a list that scrolls comes back to them.
 */
import type { Connection } from './connection';
import { type Row, View } from './view';

/** What an id may be of. */
export type Sort = 'place' | 'VM' | 'SR' | 'network' | 'VDI';

const TYPES: Record<Sort, string[]> = {
	place: ['host', 'pool'],
	VM: ['VM', 'VM-controller', 'VM-snapshot', 'VM-template'],
	SR: ['SR'],
	network: ['network'],
	VDI: ['VDI', 'VDI-snapshot', 'VDI-unmanaged'],
};
/** What is asked of each sort: what lists show beside the name. */
const COLUMNS: Record<Sort, readonly string[]> = {
	place: [],
	VM: ['power_state', 'addresses'],
	SR: ['content_type'],
	network: ['bridge'],
	VDI: ['name_description', 'size', 'usage', '$SR', '$pool', 'cbt_enabled'],
};

/** Names asked for at once: as many as the longest filter has room for. */
const MOST = 380;
/** How long names are collected before they are asked for, in ms. */
const COLLECT = 12;

export class Names {
	readonly #groups: Record<Sort, Group>;

	constructor(connection: Connection) {
		const group = (sort: Sort) => new Group(connection, TYPES[sort], ['name_label', 'type', ...COLUMNS[sort]]);
		this.#groups = {
			place: group('place'),
			VM: group('VM'),
			SR: group('SR'),
			network: group('network'),
			VDI: group('VDI'),
		};
	}

	/** Calls back when the object is known or changed, and asks for it until told to stop. */
	watch(sort: Sort, id: string, listener: () => void): () => void {
		return this.#groups[sort].watch(id, listener);
	}

	get(sort: Sort, id: string): Row | undefined {
		return this.#groups[sort].get(id);
	}
}

class Group {
	readonly #types: string[];
	readonly #columns: string[];
	readonly #connection: Connection;
	#view: View | undefined;
	/** Ids with those who show them, the longest unused first. */
	readonly #wanted = new Map<string, Set<() => void>>();
	#timer: ReturnType<typeof setTimeout> | undefined;
	#known = new Map<string, Row>();

	constructor(connection: Connection, types: string[], columns: string[]) {
		this.#connection = connection;
		this.#types = types;
		this.#columns = columns;
	}

	get(id: string): Row | undefined {
		return this.#known.get(id);
	}

	watch(id: string, listener: () => void): () => void {
		const listeners = this.#wanted.get(id) ?? new Set();
		const isNew = !this.#wanted.has(id);
		this.#wanted.delete(id);
		this.#wanted.set(id, listeners.add(listener));
		if (isNew) this.#timer ??= setTimeout(() => this.#ask(), COLLECT);
		return () => listeners.delete(listener);
	}

	#ask(): void {
		this.#timer = undefined;
		for (const [id, listeners] of this.#wanted) {
			if (this.#wanted.size <= MOST) break;
			if (listeners.size === 0) this.#wanted.delete(id);
		}
		const ids = [...this.#wanted.keys()].slice(-MOST).sort();
		this.#view ??= this.#open();
		this.#view.show({ type: this.#types, filter: idFilter(ids), columns: this.#columns, limit: MOST });
	}

	#open(): View {
		const view = new View(this.#connection).open();
		view.watchAll(() => this.#take(view));
		return view;
	}

	#take(view: View): void {
		const before = this.#known;
		this.#known = new Map(view.rows.map((row) => [row.id, row]));
		for (const [id, listeners] of this.#wanted) {
			if (before.get(id) === this.#known.get(id)) continue;
			for (const listener of [...listeners]) listener();
		}
	}
}

/** A filter that keeps objects by their ids. */
export function idFilter(ids: readonly string[]): string {
	return ids.length === 1 ? `id:${ids[0]}` : `id:|(${ids.join(' ')})`;
}
