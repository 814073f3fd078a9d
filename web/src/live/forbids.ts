/** What the rights of the user forbid, known before anybody tries it. */
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Method } from '../api/methods';
import { useLive, useUser } from './hooks';

/** Whether rights forbid a method on an object. */
export type Forbids = (method: Method, id: string) => boolean;

/** Most objects that are asked about; of more, the server tells when they are tried. */
export const MOST_ASKED = 200;

export const forbidsNothing: Forbids = () => false;

/** Asks for what stands on the screen, each time anew. Administrators are forbidden nothing, and nothing is asked for them. */
export function useForbids(methods: readonly Method[], ids: readonly string[]): Forbids {
	const { connection } = useLive();
	const user = useUser();
	const isAsked = user !== undefined && user.permission !== 'admin' && ids.length > 0 && ids.length <= MOST_ASKED;
	const { data } = useQuery({
		// Where nothing is asked, long lists of ids are not compared either.
		queryKey: ['forbidden', user?.id, ...(isAsked ? [methods, ids] : [])],
		queryFn: () => connection.call('session.getForbidden', { ids: [...ids], methods: [...new Set(methods)] }),
		enabled: isAsked,
		refetchOnWindowFocus: false,
	});
	return useMemo(
		() => (isAsked && data !== undefined ? (method, id) => data[method]?.includes(id) === true : forbidsNothing),
		[isAsked, data],
	);
}
