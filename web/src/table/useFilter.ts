/** A filter text as a predicate; while the text cannot be read, the last one that could. */
import { useState } from 'react';
import { compileFilter, type Predicate } from '../filter/match';
import { FilterError, parseFilter } from '../filter/parse';

interface Compiled {
	text: string;
	keeps: Predicate;
	error: string | undefined;
}

export function useFilter(text: string): Compiled {
	const [compiled, setCompiled] = useState(() => compile(text, () => true));
	if (compiled.text === text) return compiled;
	const next = compile(text, compiled.keeps);
	setCompiled(next);
	return next;
}

function compile(text: string, before: Predicate): Compiled {
	try {
		return { text, keeps: compileFilter(parseFilter(text)), error: undefined };
	} catch (error) {
		if (error instanceof FilterError) return { text, keeps: before, error: explain(text, error) };
		throw error;
	}
}

function explain(text: string, { position, message }: FilterError): string {
	if (position === undefined) return message;
	return `The filter cannot be read from “${text.slice(position)}” on`;
}
