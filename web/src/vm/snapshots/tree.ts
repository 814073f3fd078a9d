/** Snapshots as they descend from each other, and where in them the VM stands now. */
import { number, text } from '../../list/noun';
import type { Row } from '../../live/view';

export interface Branch {
	/** The snapshot; without, the VM as it is now. */
	row: Row | undefined;
	children: readonly Branch[];
}

/** Trees of snapshots, the oldest first; `now` names the snapshot that the VM has come from. Links in a circle end. */
export function treeOf(rows: readonly Row[], now: string | undefined): readonly Branch[] {
	const known = new Set(rows.map(({ id }) => id));
	const sorted = [...rows].sort((a, b) => (number(a, 'snapshot_time') ?? 0) - (number(b, 'snapshot_time') ?? 0));
	const parentOf = (row: Row) => {
		const parent = text(row, 'parent');
		return known.has(parent) && parent !== row.id ? parent : undefined;
	};
	const placed = new Set<string>();
	const branch = (row: Row): Branch => {
		placed.add(row.id);
		return { row, children: below(row.id) };
	};
	const below = (id: string): Branch[] => {
		const children = sorted.filter((row) => parentOf(row) === id && !placed.has(row.id)).map(branch);
		return now === id ? [...children, { row: undefined, children: [] }] : children;
	};
	const roots = sorted.filter((row) => parentOf(row) === undefined).map(branch);
	for (const row of sorted) if (!placed.has(row.id)) roots.push(branch(row));
	return now !== undefined && known.has(now) ? roots : [...roots, { row: undefined, children: [] }];
}
