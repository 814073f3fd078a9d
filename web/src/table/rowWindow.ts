/**
 * Which rows of a long table are in sight. All rows are of one height, so that a place is a product and nothing has to
 * be measured but the table itself.
 */
import {
	type RefObject,
	startTransition,
	useCallback,
	useEffect,
	useLayoutEffect,
	useMemo,
	useRef,
	useState,
} from 'react';
import { flushSync } from 'react-dom';
import { onNextFrame } from '../live/frame';

/** Rows kept ready above and below those in view. */
const OVERSCAN = 8;
/** How long nothing has to be scrolled until elements are put in the order of their rows, in ms. */
const REST = 250;

export interface RowWindow {
	/** The first and the last row that should exist; of no rows the last is -1. */
	first: number;
	last: number;
	/** Whether a row of the window is in sight, and not only ready. */
	inSight: (index: number) => boolean;
	/**
	 * The rows that exist, with the places that they have among the elements: a row that scrolls out gives its elements
	 * to the one that scrolls in, and none is moved meanwhile. At rest they stand in their order.
	 */
	slots: readonly { slot: number; index: number }[];
	/** Brings a row in sight, with the least movement. */
	scrollTo: (index: number) => void;
}

/** `head` is the height of what sticks to the top of the viewport, in px. */
export function useRowWindow(
	viewport: RefObject<HTMLElement | null>,
	{ count, height, head }: { count: number; height: number; head: number },
): RowWindow {
	const [seen, setSeen] = useState(() => ({ top: 0, rows: Math.ceil(innerHeight / height) }));
	const before = useRef(height);
	useLayoutEffect(() => {
		const element = viewport.current;
		if (element === null) return;
		// Rows of another height: the first in sight stays it.
		if (before.current !== height) element.scrollTop = (element.scrollTop / before.current) * height;
		before.current = height;
		const look = () => {
			const top = Math.floor(element.scrollTop / height);
			const rows = Math.ceil((element.clientHeight - head) / height);
			setSeen((now) => (now.top === top && now.rows === rows ? now : { top, rows }));
		};
		look();
		// Rows come in the frame that has scrolled, with what the server tells meanwhile: none is painted without them.
		let isAwaited = false;
		const scrolled = () => {
			if (isAwaited) return;
			isAwaited = true;
			onNextFrame(() => {
				isAwaited = false;
				flushSync(look);
			});
		};
		const resized = new ResizeObserver(look);
		resized.observe(element);
		element.addEventListener('scroll', scrolled, { passive: true });
		return () => {
			resized.disconnect();
			element.removeEventListener('scroll', scrolled);
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
	const origin = useAtRest(first);
	const slots = useMemo(
		() => slotsOf(first, last, seen.rows + 1 + 2 * OVERSCAN, origin),
		[first, last, seen.rows, origin],
	);
	const inSight = (index: number) => index >= top && index <= top + seen.rows;
	return { first, last, inSight, slots, scrollTo };
}

/** The rows from `first` to `last` by the places that they have among `count`, beginning with that of `origin`. */
export function slotsOf(first: number, last: number, count: number, origin: number): { slot: number; index: number }[] {
	const from = origin % count;
	return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => ({
		slot: (first + at) % count,
		index: first + at,
	})).sort((a, b) => ((a.slot - from + count) % count) - ((b.slot - from + count) % count));
}

/** What the number was when it last stayed the same for a moment. */
function useAtRest(number: number): number {
	const [rest, setRest] = useState(number);
	useEffect(() => {
		const timer = setTimeout(() => startTransition(() => setRest(number)), REST);
		return () => clearTimeout(timer);
	}, [number]);
	return rest;
}

/** Calls back when the table has another list, whose top it goes to. */
export function useTopOf(viewport: RefObject<HTMLElement | null>, list: string): void {
	// biome-ignore lint/correctness/useExhaustiveDependencies: another list begins at its top
	useEffect(() => {
		viewport.current?.scrollTo({ top: 0 });
	}, [list]);
}
