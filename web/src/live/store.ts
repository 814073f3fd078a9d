/**
 * The objects the server told us of, a map a kind. A component that shows one object subscribes to its id and is
 * woken only when that object changed; a list subscribes to its kind and asks for what changed since it last looked.
 *
 * Surprise: objects are never changed in place. The wire sends whole objects, so a new one replaces the old, and
 * `===` tells whether something happened.
 */
import type { AnyObject, Kind, Kinds } from '../api/objects';

type Listener = () => void;

/** The kinds a store keeps; objects of any other type are dropped as they arrive. */
export const KINDS: readonly Kind[] = ['VM', 'host', 'pool', 'task'];

/** Calls back once, soon; the browser's next frame, or a short timer where no frame comes (a hidden tab). */
export type Schedule = (run: () => void) => void;

export const onNextFrame: Schedule = (run) => {
	let done = false;
	const once = () => {
		if (done) return;
		done = true;
		run();
	};
	requestAnimationFrame(once);
	setTimeout(once, 100);
};

export class Store {
	readonly #maps: { [K in Kind]: Map<string, Kinds[K]> } = {
		VM: new Map(),
		host: new Map(),
		pool: new Map(),
		task: new Map(),
	};
	readonly #kindOf = new Map<string, Kind>();
	readonly #byId = new Map<string, Set<Listener>>();
	readonly #byKind: Record<Kind, Set<Listener>> = { VM: new Set(), host: new Set(), pool: new Set(), task: new Set() };
	readonly #changes: Record<Kind, Set<ChangeLog>> = {
		VM: new Set(),
		host: new Set(),
		pool: new Set(),
		task: new Set(),
	};
	readonly #versions: Record<Kind, number> = { VM: 0, host: 0, pool: 0, task: 0 };
	readonly #dirtyIds = new Set<string>();
	readonly #dirtyKinds = new Set<Kind>();
	#scheduled = false;
	readonly #schedule: Schedule;

	constructor(schedule: Schedule = onNextFrame) {
		this.#schedule = schedule;
	}

	get<K extends Kind>(kind: K, id: string | undefined): Kinds[K] | undefined {
		return id === undefined ? undefined : this.#maps[kind].get(id);
	}

	all<K extends Kind>(kind: K): ReadonlyMap<string, Kinds[K]> {
		return this.#maps[kind];
	}

	/** Grows with each flush that changed an object of the kind; equal numbers mean equal contents. */
	version(kind: Kind): number {
		return this.#versions[kind];
	}

	/** Takes in new and changed objects, then forgets the ids that left. */
	apply(entered: Iterable<AnyObject>, left: Iterable<string> = []): void {
		for (const object of entered) this.#enter(object);
		for (const id of left) this.#leave(id);
	}

	/** Takes in a complete list: what it lacks is gone. */
	replace(objects: readonly AnyObject[]): void {
		const ids = new Set(objects.map((object) => object.id));
		for (const id of [...this.#kindOf.keys()]) {
			if (!ids.has(id)) this.#leave(id);
		}
		for (const object of objects) this.#enter(object);
	}

	clear(): void {
		this.replace([]);
	}

	/** Calls back after the object changed, entered or left. */
	watchId(id: string, listener: Listener): () => void {
		const listeners = this.#byId.get(id) ?? new Set();
		this.#byId.set(id, listeners.add(listener));
		return () => {
			listeners.delete(listener);
			if (listeners.size === 0 && this.#byId.get(id) === listeners) this.#byId.delete(id);
		};
	}

	/** Calls back after any object of the kind changed, entered or left. */
	watchKind(kind: Kind, listener: Listener): () => void {
		this.#byKind[kind].add(listener);
		return () => this.#byKind[kind].delete(listener);
	}

	/** Starts to note which ids of a kind change; close it when done. */
	follow(kind: Kind): ChangeLog {
		const log = new ChangeLog(() => this.#changes[kind].delete(log));
		this.#changes[kind].add(log);
		return log;
	}

	#enter(object: AnyObject): void {
		if (!KINDS.includes(object.type)) return;
		const before = this.#kindOf.get(object.id);
		if (before !== undefined && before !== object.type) this.#leave(object.id);
		this.#kindOf.set(object.id, object.type);
		this.#put(object.type, object);
		this.#touch(object.type, object.id);
	}

	#put<K extends Kind>(kind: K, object: AnyObject & { type: K }): void;
	#put(kind: Kind, object: AnyObject): void {
		const map: Map<string, AnyObject> = this.#maps[kind];
		map.set(object.id, object);
	}

	#leave(id: string): void {
		const kind = this.#kindOf.get(id);
		if (kind === undefined) return;
		this.#kindOf.delete(id);
		this.#maps[kind].delete(id);
		this.#touch(kind, id);
	}

	#touch(kind: Kind, id: string): void {
		this.#dirtyIds.add(id);
		this.#dirtyKinds.add(kind);
		for (const log of this.#changes[kind]) log.note(id);
		if (this.#scheduled) return;
		this.#scheduled = true;
		this.#schedule(() => this.#flush());
	}

	#flush(): void {
		this.#scheduled = false;
		const ids = [...this.#dirtyIds];
		const kinds = [...this.#dirtyKinds];
		this.#dirtyIds.clear();
		this.#dirtyKinds.clear();
		for (const kind of kinds) this.#versions[kind]++;
		for (const id of ids) {
			for (const listener of [...(this.#byId.get(id) ?? [])]) listener();
		}
		for (const kind of kinds) {
			for (const listener of [...this.#byKind[kind]]) listener();
		}
	}
}

/** The ids that changed since they were last taken. Bounded by the number of objects there ever were between two takes. */
export class ChangeLog {
	#ids = new Set<string>();
	readonly close: () => void;

	constructor(close: () => void) {
		this.close = close;
	}

	note(id: string): void {
		this.#ids.add(id);
	}

	take(): Set<string> {
		const ids = this.#ids;
		this.#ids = new Set();
		return ids;
	}
}
