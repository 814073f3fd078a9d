/**
 * Which rows of a long table are in sight. All rows are of one height, so that a place is a product and nothing has to
 * be measured but the table itself.
 */
import { type RefObject, useCallback, useEffect, useLayoutEffect, useState } from 'react';

/** Rows kept ready above and below those in view. */
const OVERSCAN = 8;

export interface RowWindow {
	/** The first and the last row that should exist; of no rows the last is -1. */
	first: number;
	last: number;
	/** As many as can exist at once: a row that scrolls out gives its elements to the one that scrolls in. */
	slots: number;
	/** Brings a row in sight, with the least movement. */
	scrollTo: (index: number) => void;
}

/** `head` is the height of what sticks to the top of the viewport, in px. */
export function useRowWindow(
	viewport: RefObject<HTMLElement | null>,
	{ count, height, head }: { count: number; height: number; head: number },
): RowWindow {
	const [seen, setSeen] = useState(() => ({ top: 0, rows: Math.ceil(innerHeight / height) }));
	useLayoutEffect(() => {
		const element = viewport.current;
		if (element === null) return;
		const look = () => {
			const top = Math.floor(element.scrollTop / height);
			const rows = Math.ceil((element.clientHeight - head) / height);
			setSeen((before) => (before.top === top && before.rows === rows ? before : { top, rows }));
		};
		look();
		const resized = new ResizeObserver(look);
		resized.observe(element);
		element.addEventListener('scroll', look, { passive: true });
		return () => {
			resized.disconnect();
			element.removeEventListener('scroll', look);
		};
	}, [viewport, height, head]);
	const scrollTo = useCallback(
		(index: number) => {
			const element = viewport.current;
			if (element === null) return;
			const start = index * height;
			const room = element.clientHeight - head;
			if (start < element.scrollTop) element.scrollTop = start;
			else if (start + height > element.scrollTop + room) element.scrollTop = start + height - room;
		},
		[viewport, height, head],
	);
	// A list that became shorter is looked at before the browser has scrolled back.
	const top = Math.max(0, Math.min(seen.top, count - seen.rows));
	const first = Math.max(0, top - OVERSCAN);
	const last = Math.min(count - 1, top + seen.rows + OVERSCAN);
	return { first, last, slots: seen.rows + 1 + 2 * OVERSCAN, scrollTo };
}

/** Calls back when the table has another list, whose top it goes to. */
export function useTopOf(viewport: RefObject<HTMLElement | null>, list: string): void {
	// biome-ignore lint/correctness/useExhaustiveDependencies: another list begins at its top
	useEffect(() => {
		viewport.current?.scrollTo({ top: 0 });
	}, [list]);
}
