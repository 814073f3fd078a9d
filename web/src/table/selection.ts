/**
 * Which rows are chosen: the one model that toolbar, menus and keyboard act on. Either some by their ids, each as it
 * was when it was chosen, or all that the list matches but a few.
 */
import { useCallback, useMemo, useState } from 'react';
import type { Lines } from '../live/listing';
import type { Row } from '../live/view';

export interface Selection {
	/** Whether all that match are chosen, but those in `rows`. */
	all: boolean;
	rows: ReadonlyMap<string, Row>;
	has: (id: string) => boolean;
	/** Turns one row on or off; it becomes the start of a range. */
	toggle: (row: Row) => void;
	/** Chooses all rows from the last toggled one to this, as far as they are here. */
	extendTo: (row: Row) => void;
	everything: () => void;
	clear: () => void;
}

interface Chosen {
	all: boolean;
	rows: ReadonlyMap<string, Row>;
	anchor: string | undefined;
	/** The list it was chosen from; nothing is chosen of another, whose rows are others. */
	of: string;
}

export function useSelection(lines: Lines, list: string): Selection {
	const [held, setHeld] = useState<Chosen>(() => none(list));
	const chosen = useMemo(() => of(held, list), [held, list]);
	const toggle = useCallback(
		(row: Row) => setHeld((before) => ({ ...toggled(of(before, list), row), anchor: row.id })),
		[list],
	);
	const extendTo = useCallback(
		(row: Row) => setHeld((before) => extended(of(before, list), lines, row)),
		[lines, list],
	);
	const everything = useCallback(() => setHeld({ ...none(list), all: true }), [list]);
	const clear = useCallback(() => setHeld(none(list)), [list]);
	return useMemo(() => {
		const { all, rows } = chosen;
		return { all, rows, has: (id: string) => rows.has(id) !== all, toggle, extendTo, everything, clear };
	}, [chosen, toggle, extendTo, everything, clear]);
}

function none(list: string): Chosen {
	return { all: false, rows: new Map(), anchor: undefined, of: list };
}

function of(chosen: Chosen, list: string): Chosen {
	return chosen.of === list ? chosen : none(list);
}

/** How many are chosen of a list of so many. */
export function chosenOf({ all, rows }: Selection, total: number): number {
	return all ? Math.max(0, total - rows.size) : rows.size;
}

function toggled(before: Chosen, row: Row): Chosen {
	const rows = new Map(before.rows);
	if (!rows.delete(row.id)) rows.set(row.id, row);
	return { ...before, rows };
}

function extended(before: Chosen, lines: Lines, row: Row): Chosen {
	const from = before.anchor === undefined ? -1 : lines.indexOf(before.anchor);
	const to = lines.indexOf(row.id);
	if (from < 0 || to < 0) return { ...toggled(before, row), anchor: row.id };
	const rows = new Map(before.rows);
	for (let at = Math.min(from, to); at <= Math.max(from, to); at++) {
		const line = lines.at(at);
		if (line?.is !== 'row') continue;
		if (before.all) rows.delete(line.row.id);
		else rows.set(line.row.id, line.row);
	}
	return { ...before, rows };
}
