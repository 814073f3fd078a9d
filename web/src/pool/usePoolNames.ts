/** What pools are called, for texts. There are few pools, so that all are asked for. */
import { nameLabel } from '../list/noun';
import { useAll } from '../live/hooks';

const COLUMNS = ['name_label'];

export function usePoolNames(): (id: string) => string {
	const pools = useAll('pool', '', COLUMNS);
	return (id) => {
		const pool = pools?.find((candidate) => candidate.id === id);
		return pool === undefined ? '…' : nameLabel(pool);
	};
}
