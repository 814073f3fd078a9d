/** A filter tree as a predicate on any JSON value. Compiled once per filter, called once per object. */
import type { Filter, Operator } from './parse';

export type Predicate = (value: unknown) => boolean;

/** Compiles a filter; the predicate allocates nothing for objects that do not match. */
export function compileFilter(filter: Filter): Predicate {
	switch (filter.is) {
		case 'everything':
			return () => true;
		case 'and': {
			const children = filter.children.map(compileFilter);
			return (value) => children.every((child) => child(value));
		}
		case 'or': {
			const children = filter.children.map(compileFilter);
			return (value) => children.some((child) => child(value));
		}
		case 'not': {
			const child = compileFilter(filter.child);
			return (value) => !child(value);
		}
		case 'property': {
			const child = compileFilter(filter.child);
			const { name } = filter;
			return (value) => value !== null && value !== undefined && child(property(value, name));
		}
		case 'truthy': {
			const { name } = filter;
			return (value) => value !== null && value !== undefined && Boolean(property(value, name));
		}
		case 'comparison': {
			const { operator, value: limit } = filter;
			return (value) => compare(operator, asNumber(value), limit);
		}
		case 'glob': {
			const pieces = filter.pattern.split('*').map((piece) => piece.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
			const regex = new RegExp(pieces.join('.*'), 'i');
			return someText((text) => regex.test(text));
		}
		case 'regex': {
			const { regex } = filter;
			return someText((text) => regex.test(text));
		}
		case 'number-or-text': {
			const wanted = Number(filter.text);
			const needle = filter.text.toLowerCase();
			return someValue((value) =>
				typeof value === 'string' ? value.toLowerCase().includes(needle) : value === wanted,
			);
		}
		case 'text': {
			const needle = filter.text.toLowerCase();
			return someText((text) => text.toLowerCase().includes(needle));
		}
	}
}

/** Reads one property; strings and arrays have theirs too (`length`), as in the language of the original. */
function property(value: NonNullable<unknown>, name: string): unknown {
	return Reflect.get(Object(value), name);
}

function someText(test: (text: string) => boolean): Predicate {
	return someValue((value) => typeof value === 'string' && test(value));
}

/** Tries the test on the value and, in arrays and plain objects, on what they hold, at any depth; keys are not tested. */
function someValue(test: (leaf: unknown) => boolean): Predicate {
	const visit: Predicate = (value) => {
		if (Array.isArray(value)) return value.some(visit);
		if (typeof value === 'object' && value !== null) {
			for (const key in value) {
				if (visit(property(value, key))) return true;
			}
			return false;
		}
		return test(value);
	};
	return visit;
}

/** The number that relational operators see: `null` is 0, text is read, what is absent or no number never compares. */
function asNumber(value: unknown): number {
	return value === undefined ? Number.NaN : Number(value);
}

function compare(operator: Operator, value: number, limit: number): boolean {
	switch (operator) {
		case '>':
			return value > limit;
		case '>=':
			return value >= limit;
		case '<':
			return value < limit;
		case '<=':
			return value <= limit;
	}
}
