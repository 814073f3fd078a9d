/** Connections to pools, as configured on the server. It sends no news of them, so that they are asked for. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import i18next from 'i18next';
import { useMemo, useState } from 'react';
import type { Method, Params, Result } from '../api/methods';
import type { Server } from '../api/objects';
import { useConnectionState, useLive } from '../live/hooks';

/** How often the list is asked for while the page is in sight, in ms. */
const EVERY = 15_000;
const KEY = ['servers'];

export function useServers() {
	const { connection } = useLive();
	const state = useConnectionState();
	const enabled = state.is === 'live' && state.user.permission === 'admin';
	return useQuery({
		queryKey: KEY,
		queryFn: () => connection.call('server.getAll', {}),
		enabled,
		refetchInterval: EVERY,
		retry: false,
	});
}

type ServerMethod = Extract<Method, `server.${string}`>;

/** Calls a method that changes the list, and asks for it anew. */
export function useServerCall<M extends ServerMethod>(method: M) {
	const { connection } = useLive();
	const queries = useQueryClient();
	return useMutation<Result<M>, Error, Params<M>>({
		mutationFn: (params) => connection.call(method, params),
		onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
	});
}

/** What the form of a connection holds. An empty label is none; an empty password is the one the server has. */
interface Fields {
	host: string;
	username: string;
	password: string;
	label: string;
	allowUnauthorized: boolean;
}

/**
 * Saves a connection, a new one without `server`, and waits until its pool answers. What was added once is changed by
 * the next try; `added` says so.
 */
export function useConnectServer(server: Server | undefined) {
	const { connection } = useLive();
	const queries = useQueryClient();
	const [added, setAdded] = useState<string>();
	const save = useMutation({
		mutationFn: async ({ label, password, ...fields }: Fields) => {
			const known = server?.id ?? added;
			if (known !== undefined) {
				const changed = password === '' ? {} : { password };
				await connection.call('server.set', { id: known, ...fields, ...changed, label: label === '' ? null : label });
				if (server?.enabled !== false) await connection.call('server.enable', { id: known });
				return;
			}
			const labelled = label === '' ? {} : { label };
			const id = await connection.call('server.add', { ...fields, ...labelled, password, autoConnect: false });
			setAdded(id);
			await connection.call('server.enable', { id });
		},
		onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
	});
	return { save, added: added !== undefined };
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
		server.error.message ?? (server.error.code === undefined ? i18next.t('server.failed') : String(server.error.code))
	);
}
