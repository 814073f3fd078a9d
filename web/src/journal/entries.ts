/** What happened, piece by piece: the newest first, older ones when they are asked for. */
import { useInfiniteQuery } from '@tanstack/react-query';
import type { Result } from '../api/methods';
import { useConnectionState, useLive } from '../live/hooks';

export type Entry = Result<'journal.query'>['entries'][number];

export interface Wanted {
	only?: 'calls' | 'events';
	user?: string;
	kind?: string;
	object?: string;
	/** Milliseconds since the epoch. */
	from?: number;
	to?: number;
}

/** Entries asked for at once. */
const PIECE = 500;

export function useJournal(wanted: Wanted, enabled: boolean) {
	const { connection } = useLive();
	const isLive = useConnectionState().is === 'live';
	return useInfiniteQuery({
		queryKey: ['journal', wanted],
		queryFn: ({ pageParam }) => {
			const cursor = pageParam === undefined ? {} : { cursor: pageParam };
			return connection.call('journal.query', { ...wanted, ...cursor, limit: PIECE });
		},
		initialPageParam: undefined as string | undefined,
		getNextPageParam: ({ next }) => next,
		// It grows all the time; whoever wants to see what is new asks.
		staleTime: Number.POSITIVE_INFINITY,
		gcTime: 0,
		refetchOnReconnect: false,
		refetchOnWindowFocus: false,
		retry: false,
		enabled: enabled && isLive,
	});
}
