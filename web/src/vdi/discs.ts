/** Discs for CD drives: what is on the storages that hold images, and in the drives of hosts. */
import { useMemo } from 'react';
import { useView } from '../live/hooks';

/** The storages of a pool that hold discs, as the value of a term of a filter; empty where there is none. */
export function useDiscSrs(pool: string | undefined): string {
	const wish = useMemo(
		() =>
			pool === undefined
				? undefined
				: { type: 'SR', filter: `$pool:${pool} content_type:iso`, columns: ['content_type'], limit: 380 },
		[pool],
	);
	const ids = useView(wish).rows.map(({ id }) => id);
	return ids.length === 0 ? '' : `|(${ids.join(' ')})`;
}
