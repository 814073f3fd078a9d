/** What hosts lack, as their products describe it: asked when a page is opened, and again when updates were installed. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { Connection } from '../live/connection';
import { useConnectionState, useLive } from '../live/hooks';

/** An update; which of the rest there is depends on the product. */
export interface Patch {
	/** XenServer up to 8.2 knows its updates by ids, and can install one alone. */
	id?: string;
	uuid?: string;
	name: string;
	description?: string;
	version?: string;
	release?: string;
	/** In bytes. */
	size?: number;
	changelog?: { date?: number; author?: string; description?: string } | null;
	/** In seconds since the epoch, or a date as text. */
	date?: string | number;
	releaseDate?: string | number;
	guidance?: string;
	guidances?: unknown;
	documentationUrl?: string;
	url?: string;
	license?: string;
	/** Whether it needs a licence that costs something. */
	paid?: boolean;
}

/** How long a list takes at most: each host answers within seconds. */
const LIMIT = 5 * 60_000;
/** Begins the keys of these questions. */
export const MISSING = 'missing patches';

export function useMissing(of: 'host' | 'pool', id: string, enabled = true) {
	const { connection } = useLive();
	const isLive = useConnectionState().is === 'live';
	return useQuery({
		queryKey: [MISSING, of, id],
		queryFn: () => missing(connection, of, id),
		enabled: isLive && enabled,
		staleTime: 60_000,
		refetchOnWindowFocus: false,
		refetchOnReconnect: false,
		retry: false,
	});
}

/** Asks anew what all hosts lack, where that is shown. */
export function useForgetMissing(): () => void {
	const queries = useQueryClient();
	return () => void queries.invalidateQueries({ queryKey: [MISSING] });
}

async function missing(connection: Connection, of: 'host' | 'pool', id: string): Promise<Patch[]> {
	const patches =
		of === 'host'
			? await connection.call('pool.listMissingPatches', { host: id }, LIMIT)
			: await connection.call('pool.listMissingPatchesOfPool', { id }, LIMIT);
	return patches as unknown as Patch[];
}

export function keyOf(patch: Patch): string {
	return patch.id ?? patch.uuid ?? `${patch.name}-${patch.version}-${patch.release}`;
}
