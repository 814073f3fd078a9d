/** React's side of `live/`: who shows an object or a list is woken when that changed, and not otherwise. */
import { createContext, useCallback, useContext, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { Kind, Kinds, User } from '../api/objects';
import type { Connection, State } from './connection';
import { type Compare, LiveList } from './list';
import type { Store } from './store';

export interface Live {
	connection: Connection;
	store: Store;
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

export function useObject<K extends Kind>(kind: K, id: string | undefined): Kinds[K] | undefined {
	const { store } = useLive();
	return useSyncExternalStore(
		useCallback((listener) => (id === undefined ? () => undefined : store.watchId(id, listener)), [store, id]),
		() => store.get(kind, id),
	);
}

/** All objects of a kind that is few (pools, hosts, tasks), woken on any change of one. */
export function useAll<K extends Kind>(kind: K): ReadonlyMap<string, Kinds[K]> {
	const { store } = useLive();
	useSyncExternalStore(
		useCallback((listener) => store.watchKind(kind, listener), [store, kind]),
		() => store.version(kind),
	);
	return store.all(kind);
}

/** The number of objects of a kind. */
export function useCount(kind: Kind): number {
	const { store } = useLive();
	return useSyncExternalStore(
		useCallback((listener) => store.watchKind(kind, listener), [store, kind]),
		() => store.all(kind).size,
	);
}

/** The ordered ids a filter keeps. `keeps`, `compare` and `alsoAfter` must keep their identity while they mean the same. */
export function useList<K extends Kind>(
	kind: K,
	keeps: (object: Kinds[K]) => boolean,
	compare: Compare<Kinds[K]>,
	alsoAfter?: readonly Kind[],
): readonly string[] {
	const { store } = useLive();
	const list = useMemo(
		() => new LiveList(store, kind, keeps, compare, { alsoAfter }),
		[store, kind, keeps, compare, alsoAfter],
	);
	return useSyncExternalStore(list.watch, list.ids);
}

/** Least time between two looks at a whole kind, in ms. */
const PAUSE = 300;

/** What `read` makes of the store, looked at again after changes of the kind, at a bounded rate. */
export function usePaced<T>(kind: Kind, read: (store: Store) => T): T {
	const { store } = useLive();
	const [version, setVersion] = useState(() => store.version(kind));
	useEffect(() => {
		let timer: ReturnType<typeof setTimeout> | undefined;
		const soon = () => {
			timer ??= setTimeout(() => {
				timer = undefined;
				setVersion(store.version(kind));
			}, PAUSE);
		};
		soon();
		const stop = store.watchKind(kind, soon);
		return () => {
			clearTimeout(timer);
			stop();
		};
	}, [store, kind]);
	// biome-ignore lint/correctness/useExhaustiveDependencies: the store changes in place; its version says when
	return useMemo(() => read(store), [store, read, version]);
}
