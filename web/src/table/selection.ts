/** Which rows are chosen: the one model that toolbar, menus and keyboard act on. Rows that leave the list leave it too. */
import { useCallback, useMemo, useState } from 'react';

export interface Selection {
	ids: ReadonlySet<string>;
	/** Turns one row on or off; it becomes the start of a range. */
	toggle: (id: string) => void;
	/** Chooses all rows from the last toggled one to this. */
	extendTo: (id: string) => void;
	all: () => void;
	clear: () => void;
}

interface Chosen {
	ids: ReadonlySet<string>;
	anchor: string | undefined;
}

const NONE: Chosen = { ids: new Set(), anchor: undefined };

export function useSelection(rows: readonly string[]): Selection {
	const [chosen, setChosen] = useState(NONE);
	const ids = useMemo(() => {
		if (chosen.ids.size === 0) return chosen.ids;
		const shown = rows.filter((id) => chosen.ids.has(id));
		return shown.length === chosen.ids.size ? chosen.ids : new Set(shown);
	}, [chosen, rows]);
	const toggle = useCallback((id: string) => setChosen(toggled(ids, id)), [ids]);
	const extendTo = useCallback((id: string) => setChosen((before) => extended(before, rows, ids, id)), [rows, ids]);
	const all = useCallback(() => setChosen({ ids: new Set(rows), anchor: undefined }), [rows]);
	const clear = useCallback(() => setChosen(NONE), []);
	return useMemo(() => ({ ids, toggle, extendTo, all, clear }), [ids, toggle, extendTo, all, clear]);
}

function toggled(shown: ReadonlySet<string>, id: string): Chosen {
	const ids = new Set(shown);
	if (!ids.delete(id)) ids.add(id);
	return { ids, anchor: id };
}

function extended(before: Chosen, rows: readonly string[], shown: ReadonlySet<string>, id: string): Chosen {
	const from = before.anchor === undefined ? -1 : rows.indexOf(before.anchor);
	const to = rows.indexOf(id);
	if (from < 0 || to < 0) return toggled(shown, id);
	const range = rows.slice(Math.min(from, to), Math.max(from, to) + 1);
	return { ids: new Set([...shown, ...range]), anchor: before.anchor };
}
