/** What cells of a list can do to it: ask its filter for something. */
import { createContext, useContext } from 'react';
import { withTag } from '../filter/terms';
import type { Noun } from './noun';

interface Links {
	setText: (change: (before: string) => string) => void;
	noun: Noun;
}

export const LinksContext = createContext<Links | undefined>(undefined);

/** Narrows the list by a tag; outside of a list, nothing. */
export function useOnTag(): ((tag: string) => void) | undefined {
	const links = useContext(LinksContext);
	return links && ((tag) => links.setText((before) => withTag(before, tag)));
}
