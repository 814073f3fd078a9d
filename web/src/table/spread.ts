/**
 * Which row each place of a table shows now. Where a whole screen of rows comes at once, as after a jump, those around
 * what is in sight wait for the next frame: no frame has more to do than people see of it.
 */
import { useEffect, useLayoutEffect, useReducer, useRef } from 'react';
import { onNextFrame } from '../live/frame';

export interface Placed {
	slot: number;
	/** The row that is there; nothing while it is on its way, or where something else is there. */
	id: string | undefined;
	inSight: boolean;
}

/** The rows by their places, without those that wait; and whether any does. */
export function spread(
	placed: readonly Placed[],
	before: ReadonlyMap<number, string | undefined>,
): { ids: Map<number, string | undefined>; waits: boolean } {
	const comes = ({ slot, id }: Placed) => id !== undefined && before.get(slot) !== id;
	const coming = placed.filter(comes);
	const isMuch =
		coming.some(({ inSight }) => inSight) && coming.length > placed.filter(({ inSight }) => inSight).length;
	const waits = (one: Placed) => isMuch && !one.inSight && comes(one);
	return {
		ids: new Map(placed.map((one) => [one.slot, waits(one) ? undefined : one.id])),
		waits: placed.some(waits),
	};
}

export function useSpread(placed: readonly Placed[]): ReadonlyMap<number, string | undefined> {
	const before = useRef<ReadonlyMap<number, string | undefined>>(new Map());
	const [, again] = useReducer((times: number) => times + 1, 0);
	const { ids, waits } = spread(placed, before.current);
	useLayoutEffect(() => {
		before.current = ids;
	});
	useEffect(() => {
		if (waits) onNextFrame(again);
	});
	return ids;
}
