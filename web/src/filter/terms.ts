/** The filter text seen as terms, so that a click can add or take one away without touching what else was typed. */
import { type Filter, FilterError, parseFilter } from './parse';
import { printFilter } from './print';

function terms(text: string): Filter[] | undefined {
	try {
		const filter = parseFilter(text);
		if (filter.is === 'everything') return [];
		return filter.is === 'and' ? filter.children : [filter];
	} catch (error) {
		if (error instanceof FilterError) return undefined;
		throw error;
	}
}

function print(terms: Filter[]): string {
	return terms.length === 0 ? '' : printFilter({ is: 'and', children: terms });
}

/** The text that the filter's top-level term on a property asks for, if there is just one such term. */
export function readTerm(text: string, property: string): string | undefined {
	const found = terms(text)?.filter((term) => term.is === 'property' && term.name === property) ?? [];
	const [term, second] = found;
	if (second !== undefined || term?.is !== 'property' || term.child.is !== 'text') return undefined;
	return term.child.text;
}

/** Puts `property:value` in the place of the filter's terms on that property; no value takes them away. */
export function withTerm(text: string, property: string, value: string | undefined): string {
	const others = (terms(text) ?? []).filter((term) => !(term.is === 'property' && term.name === property));
	if (value === undefined) return print(others);
	return print([...others, { is: 'property', name: property, child: { is: 'text', text: value } }]);
}

/** Adds a term that asks for exactly this tag, beside what the filter asks already. */
export function withTag(text: string, tag: string): string {
	const source = `^${tag.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')}$`;
	const child: Filter = /^[\w.-]+$/.test(tag)
		? { is: 'regex', source, ignoreCase: false, regex: new RegExp(source) }
		: { is: 'text', text: tag };
	const term: Filter = { is: 'property', name: 'tags', child };
	const before = terms(text) ?? [];
	return before.some((other) => printFilter(other) === printFilter(term)) ? text : print([...before, term]);
}

/** The top-level terms of a filter, each as its text. */
export function chips(text: string): string[] {
	return (terms(text) ?? []).map(printFilter);
}

/** Takes one of the top-level terms away. */
export function without(text: string, at: number): string {
	return print((terms(text) ?? []).filter((_, index) => index !== at));
}
