/** Widths, visibility and order of a table's columns, as this browser's user left them. */
import { useCallback, useState } from 'react';
import { readKept, writeKept } from '../ui/kept';

export interface Layout {
	/** Widths in px of the columns that were resized; the others share the room. */
	widths: Readonly<Record<string, number>>;
	/** Shown or hidden against the column's default. */
	shown: Readonly<Record<string, boolean>>;
	/** The columns in their order; none while that is the table's own. */
	order: readonly string[];
}

export const EMPTY: Layout = { widths: {}, shown: {}, order: [] };

export function useLayout(table: string): [Layout, (change: (layout: Layout) => Layout) => void] {
	const key = `table.${table}`;
	const [layout, setLayout] = useState(() => readLayout(readKept(key)));
	const change = useCallback(
		(next: (layout: Layout) => Layout) =>
			setLayout((before) => {
				const after = next(before);
				writeKept(key, JSON.stringify(after));
				return after;
			}),
		[key],
	);
	return [layout, change];
}

/** Reads what was stored; anything else than a layout, as older versions may have left, counts as nothing. */
export function readLayout(text: string | null): Layout {
	try {
		const stored: unknown = JSON.parse(text ?? '');
		if (typeof stored !== 'object' || stored === null || !('widths' in stored) || !('shown' in stored)) return EMPTY;
		return {
			widths: entries(stored.widths, (width) => typeof width === 'number' && width > 0 && width < 10_000),
			shown: entries(stored.shown, (shown) => typeof shown === 'boolean'),
			order: 'order' in stored && Array.isArray(stored.order) ? stored.order.map(String) : [],
		};
	} catch {
		return EMPTY;
	}
}

export function isShown(column: { id: string; hidden?: boolean; always?: boolean }, layout: Layout): boolean {
	return column.always === true || (layout.shown[column.id] ?? column.hidden !== true);
}

function entries<T>(value: unknown, is: (entry: unknown) => boolean): Record<string, T> {
	if (typeof value !== 'object' || value === null) return {};
	return Object.fromEntries(Object.entries(value).filter(([, entry]) => is(entry)));
}
