/** The keys of a list, as the original has them, and some more. */
import type { RefObject } from 'react';
import type { Lines } from '../live/listing';
import type { Row } from '../live/view';
import { rowId } from '../table/Line';
import type { Selection } from '../table/selection';
import { useKeys } from '../ui/keys';
import type { Place } from '../ui/place';

interface ListKeys {
	lines: Lines;
	cursor: string | undefined;
	setCursor: (id: string) => void;
	selection: Selection;
	/** What is open in the drawer. */
	opened: string | undefined;
	open: (id: string | undefined) => void;
	onMenu: (row: Row, at: Place) => void;
	box: RefObject<HTMLInputElement | null>;
	/** On the page of an object, which has keys of its own. */
	inside?: boolean;
}

/** How long a step to a row that is not here yet waits for it, in ms. */
const ARRIVES = 1500;

export function useListKeys(list: ListKeys): void {
	const { lines, cursor, setCursor, selection, opened, open, onMenu, box, inside } = list;
	const goTo = (row: Row, extend: boolean) => {
		if (extend) {
			const from = cursor === undefined ? undefined : lines.get(cursor);
			if (from !== undefined && !selection.has(from.id)) selection.toggle(from);
			selection.extendTo(row);
		}
		setCursor(row.id);
		if (opened !== undefined) open(row.id);
	};
	const step = (by: number, extend = false) => {
		const length = lines.length();
		const from = cursor === undefined ? -1 : lines.indexOf(cursor);
		const direction = by < 0 ? -1 : 1;
		let at = Math.max(0, Math.min(length - 1, from + by));
		while (lines.at(at)?.is === 'group') at += direction;
		const line = lines.at(at);
		if (line?.is === 'row') return goTo(line.row, extend);
		if (line === undefined) return;
		// A far step: the window goes there, and the cursor when the row has come.
		lines.look(at - 20, at + 20);
		const stop = lines.watch(() => {
			const come = lines.at(at);
			if (come?.is !== 'row') return;
			stop();
			goTo(come.row, false);
		});
		setTimeout(stop, ARRIVES);
	};
	const current = () => (cursor === undefined ? undefined : lines.get(cursor));
	const openMenu = () => {
		const row = current();
		const place = row && document.getElementById(rowId(row.id))?.getBoundingClientRect();
		if (row !== undefined && place !== undefined) onMenu(row, { x: place.left + 48, y: place.bottom });
	};
	const toggle = () => {
		const row = current();
		if (row !== undefined) selection.toggle(row);
	};
	const beside = [
		[']', () => step(1)],
		['[', () => step(-1)],
	] as const;
	useKeys([
		['/', () => box.current?.select()],
		['j', () => step(1)],
		['ArrowDown', () => step(1)],
		['k', () => step(-1)],
		['ArrowUp', () => step(-1)],
		...(inside && opened === undefined ? [] : beside),
		['Shift+j', () => step(1, true)],
		['Shift+ArrowDown', () => step(1, true)],
		['Shift+k', () => step(-1, true)],
		['Shift+ArrowUp', () => step(-1, true)],
		['PageDown', () => step(20)],
		['PageUp', () => step(-20)],
		['Home', () => step(-lines.length())],
		['End', () => step(lines.length())],
		['x', toggle],
		['Enter', () => cursor !== undefined && open(cursor)],
		['.', openMenu],
		['Escape', () => (opened === undefined ? selection.clear() : open(undefined))],
	]);
}
