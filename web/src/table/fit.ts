/** Which columns have room beside each other. Those that have none are left out whole, the least telling first. */
import type { Column } from './column';
import type { Layout } from './layout';

/** What tells most of a row, as `card` says where narrow screens show it. */
const RANK: readonly Column['card'][] = ['title', 'left', 'right', 'middle', 'last', 'number', 'foot'];
/** What the box to select, the button of the menu, the padding and the scroll bar take, in px. */
export const AROUND = 36 + 32 + 16;
const SCROLL_BAR = 12;
/** Columns that stay whatever the room is; there is a scroll bar for them. */
const LEAST = 3;

function rank(column: Column, layout: Layout): number {
	// Somebody asked for it.
	if (layout.shown[column.id] === true && column.hidden === true) return 1.5;
	const at = RANK.indexOf(column.card);
	return at < 0 ? RANK.length : at;
}

/** The least that a column takes, in px. */
export function widthOf(column: Column, layout: Layout): number {
	return layout.widths[column.id] ?? column.min;
}

/** The name of a column's width among the CSS variables. */
export function track(column: { id: string }): string {
	return `--width-${column.id}`;
}

/** Those of the columns that fit into a width in px, in their order. */
export function fitting(columns: readonly Column[], layout: Layout, width: number): Column[] {
	const ranked = columns.toSorted((a, b) => rank(a, layout) - rank(b, layout));
	let room = width - AROUND - SCROLL_BAR;
	let isFull = false;
	const kept = new Set<Column>();
	for (const column of ranked) {
		room -= widthOf(column, layout);
		isFull ||= room < 0 && kept.size >= LEAST;
		if (!isFull) kept.add(column);
	}
	return columns.filter((column) => kept.has(column));
}
