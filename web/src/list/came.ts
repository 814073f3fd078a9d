/** The lists that somebody came from, to go on to the next of their rows from the page of one. */
import { useLayoutEffect } from 'react';
import { type Lines, shownRows } from '../live/listing';
import type { NounId } from './noun';

const came = new Map<NounId, readonly string[]>();

/** Keeps the rows of a list in their order when it is left: those in sight and around, as many as are there. */
export function useTellCame(list: NounId, listing: Lines): void {
	useLayoutEffect(
		() => () => {
			came.set(
				list,
				shownRows(listing).map(({ id }) => id),
			);
		},
		[list, listing],
	);
}

/** The rows before and after one in the list that somebody came from. */
export function beside(list: NounId, id: string): { previous: string | undefined; next: string | undefined } {
	const ids = came.get(list) ?? [];
	const at = ids.indexOf(id);
	return at < 0 ? { previous: undefined, next: undefined } : { previous: ids[at - 1], next: ids[at + 1] };
}
