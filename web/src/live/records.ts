/**
 * Records of the server itself, which are no objects of pools: users, servers and the like. The server tells of which
 * kinds some have changed; whoever shows them asks for them anew.
 */
import { type QueryClient, queryOptions, useQuery } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import type { Method, Params, Result } from '../api/methods';
import type { Connection } from './connection';
import { useConnectionState, useLive } from './hooks';

const ALL = ['server', 'user', 'group', 'token', 'acl', 'aclRole', 'alarm', 'cloudConfig', 'sharedFilter'] as const;

export type RecordKind = (typeof ALL)[number];
/** How often a list is asked for anew at most, in ms: hundreds of changes in a row are a few answers. */
const PAUSE = 250;

export class Records {
	readonly #connection: Connection;
	readonly #listeners = new Set<(kinds: readonly RecordKind[]) => void>();
	readonly #due = new Set<RecordKind>();
	#timer: ReturnType<typeof setTimeout> | undefined;
	#last = 0;
	/** The state of the connection on which the server has been asked to tell. */
	#on: unknown;
	#isTold = false;
	#wasTold = false;

	constructor(connection: Connection) {
		this.#connection = connection;
		connection.listen('record', (params) => this.#tell((params as { kinds: RecordKind[] }).kinds));
		connection.watch(() => this.#begin());
		this.#begin();
	}

	/** Calls back with the kinds of which some records have changed. */
	readonly watch = (listener: (kinds: readonly RecordKind[]) => void) => {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	};

	/** Whether what is asked for now is told of from then on; listeners are woken when that changes. */
	readonly isTold = () => this.#isTold;

	/** With each new connection; what changed before it is not told any more. */
	#begin(): void {
		const isLive = this.#connection.state.is === 'live';
		if (!isLive) {
			this.#on = undefined;
			this.#isTold = false;
			return;
		}
		if (this.#on !== undefined) return;
		const on = {};
		this.#on = on;
		// A server that does not know this is asked once.
		const begun = () => {
			if (this.#on !== on) return;
			this.#isTold = true;
			this.#tell(this.#wasTold ? ALL : []);
			this.#wasTold = true;
		};
		this.#connection.call('api.subscribeRecords', {}).then(begun, begun);
	}

	#tell(kinds: readonly RecordKind[]): void {
		for (const kind of kinds) this.#due.add(kind);
		this.#timer ??= setTimeout(() => this.#flush(), Math.max(0, this.#last + PAUSE - Date.now()));
	}

	#flush(): void {
		this.#timer = undefined;
		this.#last = Date.now();
		const kinds = [...this.#due];
		this.#due.clear();
		if (kinds.includes('user')) void this.#connection.knowUser();
		for (const listener of [...this.#listeners]) listener(kinds);
	}
}

/** Has what is kept of the server asked for anew when the server says that it has changed. */
export function useRecordNews(queries: QueryClient): void {
	const { records } = useLive();
	useEffect(() => {
		const stop = records.watch((kinds) => {
			if (kinds.length === 0) return;
			const isAbout = (about: unknown) => Array.isArray(about) && about.some((kind) => kinds.includes(kind));
			void queries.invalidateQueries({ predicate: ({ meta }) => isAbout(meta?.records) });
		});
		return () => void stop();
	}, [records, queries]);
}

interface Asked<M extends Method> {
	method: M;
	params: Params<M>;
	/** The kinds of records that the answer depends on. */
	of: readonly RecordKind[];
}

/** The answer of a method that lists records, asked for when it is first shown and when one of them has changed. */
export function useRecords<M extends Method>({ method, params, of }: Asked<M>, enabled = true) {
	const { connection, records } = useLive();
	const isLive = useConnectionState().is === 'live';
	const isTold = useSyncExternalStore(records.watch, records.isTold);
	return useQuery(
		queryOptions<Result<M>>({
			queryKey: ['records', method, params],
			queryFn: () => connection.call(method, params),
			meta: { records: of },
			staleTime: Number.POSITIVE_INFINITY,
			refetchOnReconnect: false,
			refetchOnWindowFocus: false,
			retry: false,
			enabled: enabled && isLive && isTold,
		}),
	);
}
