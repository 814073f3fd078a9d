/** What the address of a list carries, and the filter as it is typed, which is ahead of that. */
import { useEffect, useRef, useState } from 'react';

export interface ListSearch {
	/** The filter. */
	s?: string;
	/** Columns, with `-` before those that descend. */
	sort?: string;
	/** The property to group by. */
	group?: string;
	/** The object whose details are open. */
	id?: string;
}

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

export function readListSearch(search: Record<string, unknown>): ListSearch {
	return { s: text(search.s), sort: text(search.sort), group: text(search.group), id: text(search.id) };
}

/** Pause after the last key before the filter goes into the address, in ms. */
const TYPING = 250;

/** The filter as typed, ahead of the address; the address follows when typing pauses, and leads when it is changed. */
export function useFilterText(address: string, onSettle: (text: string) => void) {
	const [text, setText] = useState(address);
	const [seen, setSeen] = useState(address);
	const settle = useRef(onSettle);
	useEffect(() => {
		settle.current = onSettle;
	});
	if (seen !== address) {
		setSeen(address);
		setText(address);
	}
	useEffect(() => {
		if (text === address) return;
		const timer = setTimeout(() => settle.current(text), TYPING);
		return () => clearTimeout(timer);
	}, [text, address]);
	return [text, setText] as const;
}
