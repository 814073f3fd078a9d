/**
 * What was measured of some objects. The server is asked again when there is a new value, and only while the page is
 * in sight: nothing tells of values as of rows.
 */
import { useQueries } from '@tanstack/react-query';
import type { HostStats, SrStats, VmStats } from '../api/schema';
import type { Connection } from '../live/connection';
import { useConnectionState, useLive } from '../live/hooks';
import type { Granularity } from './series';

export type Answer<S> = { endTimestamp: number; interval: number; stats: S };
export type Kind = 'VM' | 'host' | 'SR';
export interface OfKind {
	VM: VmStats;
	host: HostStats;
	SR: SrStats;
}

type Ask = (connection: Connection, id: string, granularity: Granularity) => Promise<Answer<never>>;

const ASK: Record<Kind, Ask> = {
	VM: (connection, id, granularity) => connection.call('vm.stats', { id, granularity }) as Promise<Answer<never>>,
	host: (connection, host, granularity) =>
		connection.call('host.stats', { host, granularity }) as Promise<Answer<never>>,
	SR: (connection, id, granularity) => connection.call('sr.stats', { id, granularity }) as Promise<Answer<never>>,
};

/** Seconds from one value to the next. */
export const STEP: Record<Granularity, number> = { seconds: 5, minutes: 60, hours: 3600, days: 86_400 };

export function askStats<K extends Kind>(
	connection: Connection,
	kind: K,
	id: string,
	granularity: Granularity,
): Promise<Answer<OfKind[K]>> {
	return ASK[kind](connection, id, granularity);
}

export interface Asked<S> {
	id: string;
	answer: Answer<S> | undefined;
	error: Error | null;
}

export function useStats<K extends Kind>(
	kind: K,
	ids: readonly string[],
	granularity: Granularity,
	isOn: boolean,
): readonly Asked<OfKind[K]>[] {
	const { connection } = useLive();
	const { is } = useConnectionState();
	return useQueries({
		queries: ids.map((id) => ({
			queryKey: ['stats', kind, id, granularity],
			queryFn: () => askStats(connection, kind, id, granularity),
			enabled: isOn && is === 'live',
			refetchInterval: STEP[granularity] * 1000,
			refetchIntervalInBackground: false,
			staleTime: STEP[granularity] * 500,
			retry: false,
			networkMode: 'always' as const,
		})),
		combine: (results) => results.map(({ data, error }, index) => ({ id: ids[index] ?? '', answer: data, error })),
	});
}
