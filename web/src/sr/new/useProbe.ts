/** Asks a host what there is; anew when the question changes, and never by itself. */
import { useQuery } from '@tanstack/react-query';
import type { Method, Params, Result } from '../../api/methods';
import { useLive } from '../../live/hooks';

/** How long a host may look for storage, in ms: it waits for what does not answer. */
const LIMIT = 180_000;

/** Nothing is asked without parameters. */
export function useProbe<M extends Method>(method: M, params: Params<M> | undefined) {
	const { connection } = useLive();
	return useQuery({
		queryKey: [method, params],
		queryFn: () => connection.call(method, params as Params<M>, LIMIT) as Promise<Result<M>>,
		enabled: params !== undefined,
		retry: false,
		refetchOnMount: false,
		refetchOnReconnect: false,
		refetchOnWindowFocus: false,
	});
}
