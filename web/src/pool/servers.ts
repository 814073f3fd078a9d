/** Connections to pools, as configured on the server, and how it stands with them. */
import i18next from 'i18next';
import { useMemo } from 'react';
import type { Server } from '../api/objects';
import { useConnectionState } from '../live/hooks';
import { useRecords } from '../live/records';

export function useServers() {
	const state = useConnectionState();
	const isAdmin = state.is === 'live' && state.user.permission === 'admin';
	return useRecords({ method: 'server.getAll', params: {}, of: ['server'] }, isAdmin);
}

/** Pools whose rows are not up to date: their connection is configured, but not up. */
export function useStalePools(): ReadonlySet<string> {
	const { data } = useServers();
	const ids = (data ?? []).flatMap(({ status, poolId }) =>
		status === 'connected' || poolId === undefined ? [] : poolId,
	);
	const key = ids.sort().join();
	return useMemo(() => new Set(key === '' ? [] : key.split(',')), [key]);
}

/** What a connection is called: its label, else its pool, else its address. */
export function serverName(server: Server): string {
	return server.label || server.poolNameLabel || server.host;
}

/** Why a connection is down, in the words of the server. */
export function serverError(server: Server): string | undefined {
	if (server.status === 'connected' || !server.error) return undefined;
	return (
		server.error.message ??
		(server.error.code === undefined ? i18next.t('freshness.failed') : String(server.error.code))
	);
}
