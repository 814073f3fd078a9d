/** The last filter that can be read, while the one that is typed cannot. */
import { useState } from 'react';
import { FilterError, parseFilter } from './parse';

interface Read {
	text: string;
	/** The last text that could be read. */
	good: string;
	/** Where the rest stands that cannot be read, or why nothing can. */
	error: { rest: string } | { message: string } | undefined;
}

export function useReadable(text: string): Read {
	const [read, setRead] = useState(() => attempt(text, ''));
	if (read.text === text) return read;
	const next = attempt(text, read.good);
	setRead(next);
	return next;
}

function attempt(text: string, before: string): Read {
	try {
		parseFilter(text);
		return { text, good: text, error: undefined };
	} catch (error) {
		if (!(error instanceof FilterError)) throw error;
		const { position, message } = error;
		return { text, good: before, error: position === undefined ? { message } : { rest: text.slice(position) } };
	}
}
