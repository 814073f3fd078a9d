/** The order of a table's columns. */
import type { Layout } from './layout';

interface One {
	id: string;
}

/** The columns in the order that somebody gave them. Those that have come since stand after the one they follow by themselves. */
export function ordered<C extends One>(columns: readonly C[], { order }: Pick<Layout, 'order'>): readonly C[] {
	if (order.length === 0) return columns;
	const placed = order.flatMap((id) => columns.find((column) => column.id === id) ?? []);
	columns.forEach((column, at) => {
		if (placed.includes(column)) return;
		const before = columns[at - 1];
		placed.splice(before === undefined ? 0 : placed.indexOf(before) + 1, 0, column);
	});
	return placed;
}

/** The layout with one column a step nearer to the start (-1) or the end (1). */
export function moved(columns: readonly One[], layout: Layout, id: string, by: -1 | 1): Layout {
	const order = ordered(columns, layout).map((column) => column.id);
	const from = order.indexOf(id);
	const to = from + by;
	if (from < 0 || to < 0 || to >= order.length) return layout;
	order.splice(to, 0, ...order.splice(from, 1));
	return { ...layout, order };
}

/** The layout with one column before the one at `to` of those that are shown, or behind all of these. */
export function put(columns: readonly One[], layout: Layout, { id }: One, shown: readonly One[], to: number): Layout {
	const order = ordered(columns, layout).flatMap((column) => (column.id === id ? [] : column.id));
	const next = shown[to];
	const last = shown.at(-1);
	if (last === undefined || next?.id === id) return layout;
	order.splice(next === undefined ? order.indexOf(last.id) + 1 : order.indexOf(next.id), 0, id);
	return { ...layout, order };
}
