/** React's side of `live/`: who shows an object or a list is woken when that changed, and not otherwise. */
import { createContext, useCallback, useContext, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { Kind, Kinds, User } from '../api/objects';
import type { Connection, State } from './connection';
import { Listing, type Look } from './listing';
import type { Loads } from './loads';
import type { Names, Sort } from './names';
import type { Records } from './records';
import type { Tasks } from './tasks';
import { type Row, View, type Wish } from './view';

export interface Live {
	connection: Connection;
	names: Names;
	tasks: Tasks;
	records: Records;
	loads: Loads;
}

export const LiveContext = createContext<Live | undefined>(undefined);

export function useLive(): Live {
	const live = useContext(LiveContext);
	if (live === undefined) throw new Error('useLive is called outside of LiveContext');
	return live;
}

export function useConnectionState(): State {
	const { connection } = useLive();
	return useSyncExternalStore(
		useCallback((listener) => connection.watch(listener), [connection]),
		() => connection.state,
	);
}

/** The signed-in user; while the connection is lost, the one who was. */
export function useUser(): User | undefined {
	const state = useConnectionState();
	return 'user' in state ? state.user : undefined;
}

/** Something that follows the server while the component is there. */
function useOpen<T extends { open: () => unknown; close: () => void }>(make: () => T): T {
	const [held] = useState(make);
	useEffect(() => {
		held.open();
		return () => held.close();
	}, [held]);
	return held;
}

/** A view of what is wished, as long as the component is there. Woken by every change of a row or the counts. */
export function useView<R extends Row>(wish: Wish | undefined): { rows: readonly R[]; view: View } {
	const view = useOwnView();
	useEffect(() => {
		if (wish !== undefined) view.show(wish);
	}, [view, wish]);
	const rows = useSyncExternalStore(
		useCallback((listener) => view.watchAll(listener), [view]),
		() => view.rows,
	);
	useSyncExternalStore(
		useCallback((listener) => view.watch(listener), [view]),
		() => view.version,
	);
	return { rows: rows as readonly R[], view };
}

function useOwnView(): View {
	const { connection } = useLive();
	return useOpen(() => new View(connection));
}

/** One object, whole; `gone` once the server has said that there is none. */
export function useObject<K extends Kind>(
	kind: K,
	id: string | undefined,
): { object: Kinds[K] | undefined; gone: boolean } {
	const wish = useMemo(() => (id === undefined ? undefined : { type: kind, filter: `id:${id}`, limit: 1 }), [kind, id]);
	const { rows, view } = useView(wish);
	const [object] = rows;
	if (object?.id !== id) return { object: undefined, gone: view.isSettled && view.error === undefined };
	return { object: object as unknown as Kinds[K], gone: false };
}

/** What an object that another names is called. */
export function useName(sort: Sort, id: string | undefined | null): string | undefined {
	return useNamed(sort, id)?.name_label as string | undefined;
}

/** The name and a few columns of an object that another names. */
export function useNamed(sort: Sort, id: string | undefined | null): Row | undefined {
	const { names } = useLive();
	return useSyncExternalStore(
		useCallback((listener) => (id ? names.watch(sort, id, listener) : () => undefined), [names, sort, id]),
		() => (id ? names.get(sort, id) : undefined),
	);
}

/** A list for a table, as long as the component is there. */
export function useListing(look: Look): Listing {
	const { connection } = useLive();
	const listing = useOpen(() => new Listing(connection));
	useEffect(() => listing.show(look), [listing, look]);
	useSyncExternalStore(listing.watch, listing.version);
	return listing;
}

/** Rows of a view at most, as the server has it. */
const MOST_ROWS = 500;

/** All that match, in the order of their names, or nothing until the server has said which; of more than 500 the first. */
export function useAll(
	type: string,
	filter: string | undefined,
	columns?: readonly string[],
): readonly Row[] | undefined {
	const wish = useMemo(
		() => (filter === undefined ? undefined : { type, filter, columns: columns && [...columns], limit: MOST_ROWS }),
		[type, filter, columns],
	);
	const { rows, view } = useView(wish);
	const sorted = useMemo(() => [...rows].sort(byName), [rows]);
	return view.isSettled && wish !== undefined ? sorted : undefined;
}

/** Some kinds have no name; those stay as they come. */
function byName(a: Row, b: Row): number {
	return String(a.name_label ?? '').localeCompare(String(b.name_label ?? ''));
}
