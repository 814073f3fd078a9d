/** A filter tree as its canonical text: what is read back gives the same tree. */
import { type Filter, isWordCharacter } from './parse';

/** Prints a filter; "everything" is the empty text. */
export function printFilter(filter: Filter): string {
	return filter.is === 'and' ? filter.children.map(printTerm).join(' ') : printTerm(filter);
}

function printTerm(filter: Filter): string {
	switch (filter.is) {
		case 'everything':
			return '';
		case 'and':
			return `(${filter.children.map(printTerm).join(' ')})`;
		case 'or':
			return `|(${filter.children.map(printTerm).join(' ')})`;
		case 'not':
			return `!${printTerm(filter.child)}`;
		case 'property':
			return `${printName(filter.name)}:${printTerm(filter.child)}`;
		case 'truthy':
			return `${printName(filter.name)}?`;
		case 'comparison':
			return `${filter.operator}${filter.value}`;
		case 'glob':
			return filter.pattern;
		case 'regex':
			return `/${filter.source}/${filter.ignoreCase ? 'i' : ''}`;
		case 'number-or-text':
			return filter.text;
		case 'text':
			return Number.isNaN(Number(filter.text)) && isWord(filter.text) ? filter.text : quote(filter.text);
	}
}

function printName(name: string): string {
	return isWord(name) ? name : quote(name);
}

function isWord(text: string): boolean {
	return text !== '' && [...text].every(isWordCharacter);
}

function quote(text: string): string {
	return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}
