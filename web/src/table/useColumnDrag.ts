/** A column taken by its header to another place, by mouse, pen or finger. A press that does not move stays a press. */
import { type MouseEvent, type PointerEvent, useRef, useState } from 'react';
import type { Column } from './column';

/** Px that the pointer moves before a press is a drag. */
const STARTS = 6;

export interface Drag {
	column: Column;
	/** Where the column would be put among those that are shown, and where that is from the start of the table, in px. */
	to: number;
	left: number;
}

export function useColumnDrag(columns: readonly Column[], onPut: (column: Column, to: number) => void) {
	const [drag, setDrag] = useState<Drag>();
	const wasDrag = useRef(false);

	const begin = (column: Column, event: PointerEvent<HTMLElement>) => {
		wasDrag.current = false;
		if (event.button !== 0 || !event.isPrimary) return;
		const { currentTarget: cell, clientX: from, pointerId } = event;
		const row = cell.parentElement;
		if (row === null) return;
		const own = columns.indexOf(column);
		const listening = new AbortController();
		let to = own;
		const move = (next: globalThis.PointerEvent) => {
			if (next.pointerId !== pointerId || (!wasDrag.current && Math.abs(next.clientX - from) < STARTS)) return;
			if (!wasDrag.current) {
				wasDrag.current = true;
				cell.setPointerCapture(pointerId);
			}
			// The first cell is that of the boxes, the last that of the menus.
			const boxes = [...row.children].slice(1, -1).map((one) => one.getBoundingClientRect());
			to = placeOf(next.clientX, boxes);
			const edge = boxes[to]?.left ?? boxes.at(-1)?.right ?? 0;
			setDrag({ column, to, left: edge - row.getBoundingClientRect().left });
		};
		const end = () => {
			listening.abort();
			setDrag(undefined);
		};
		const drop = (last: globalThis.PointerEvent) => {
			if (last.pointerId !== pointerId) return;
			end();
			if (wasDrag.current && !isPlace(own, to)) onPut(column, to);
		};
		const press = (key: KeyboardEvent) => {
			if (key.key !== 'Escape' || !wasDrag.current) return;
			// Nothing else ends by it.
			key.preventDefault();
			key.stopPropagation();
			end();
		};
		const { signal } = listening;
		document.addEventListener('pointermove', move, { signal });
		document.addEventListener('pointerup', drop, { signal });
		document.addEventListener('pointercancel', end, { signal });
		document.addEventListener('keydown', press, { signal, capture: true });
	};

	/** The press that ends a drag does not sort. */
	const swallow = (event: MouseEvent) => {
		if (wasDrag.current) event.stopPropagation();
		wasDrag.current = false;
	};
	const mark = drag !== undefined && !isPlace(columns.indexOf(drag.column), drag.to) ? drag.left : undefined;
	return { dragged: drag?.column, mark, begin, swallow };
}

/** Before which of the boxes, from left to right, something is put at `x`; their number for behind all. */
export function placeOf(x: number, boxes: readonly Pick<DOMRect, 'left' | 'width'>[]): number {
	return boxes.filter(({ left, width }) => left + width / 2 < x).length;
}

/** Whether that place is the one that it has. */
function isPlace(own: number, to: number): boolean {
	return to === own || to === own + 1;
}
