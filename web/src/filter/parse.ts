/**
 * The filter language of lists, as `xo.getAllObjects` and the REST `filter` parameter understand it:
 * `power_state:running tags:prod !name_label:/^test/i`. Text to tree; `match.ts` turns the tree into a predicate.
 *
 * Surprise: there is no tokeniser. A character that no alternative accepts ends the filter, and the error
 * names where the part that could not be read starts (an offset in UTF-16 units, as JavaScript counts).
 */

export type Operator = '>' | '>=' | '<' | '<=';

export type Filter =
	| { is: 'everything' }
	| { is: 'and'; children: Filter[] }
	| { is: 'or'; children: Filter[] }
	| { is: 'not'; child: Filter }
	| { is: 'property'; name: string; child: Filter }
	| { is: 'truthy'; name: string }
	| { is: 'comparison'; operator: Operator; value: number }
	| { is: 'glob'; pattern: string }
	| { is: 'regex'; source: string; ignoreCase: boolean; regex: RegExp }
	| { is: 'number-or-text'; text: string }
	| { is: 'text'; text: string };

/** A filter that cannot be read; the message says where or why. */
export class FilterError extends Error {
	override name = 'FilterError';
	/** Where the part that cannot be read starts, if it is a part. */
	readonly position: number | undefined;

	constructor(message: string, position?: number) {
		super(message);
		this.position = position;
	}
}

/** Reads a filter. Blank text is the filter that everything matches. Throws `FilterError`. */
export function parseFilter(text: string): Filter {
	const reader = new Reader(text);
	const terms: Filter[] = [];
	reader.skipBlanks();
	for (let term = reader.term(); term !== undefined; term = reader.term()) {
		terms.push(term);
		reader.skipBlanks();
	}
	if (!reader.atEnd()) {
		throw new FilterError(`parse error: expected end of input at position ${reader.position}`, reader.position);
	}
	return terms.length === 0 ? { is: 'everything' } : group('and', terms);
}

function group(is: 'and' | 'or', terms: Filter[]): Filter {
	const [only, second] = terms;
	return only !== undefined && second === undefined ? only : { is, children: terms };
}

/** Tells whether a character may stand in a word without quotes: digits, `_-.$`, and letters that have two cases. */
export function isWordCharacter(character: string): boolean {
	return /[0-9_\-.$]/.test(character) || character.toLowerCase() !== character.toUpperCase();
}

class Reader {
	position = 0;
	readonly #text: string;

	constructor(text: string) {
		this.#text = text;
	}

	atEnd(): boolean {
		return this.position >= this.#text.length;
	}

	skipBlanks(): void {
		while (/\s/.test(this.#peek())) this.position++;
	}

	/** Reads one term, or puts the reader back to where it was and returns nothing. */
	term(): Filter | undefined {
		const start = this.position;
		const term =
			this.#group() ??
			this.#not() ??
			this.#comparison() ??
			this.#property() ??
			this.#quotedText() ??
			this.#regex() ??
			this.#word();
		if (term === undefined) this.position = start;
		return term;
	}

	#peek(): string {
		return this.#text.charAt(this.position);
	}

	#take(expected: string): boolean {
		if (!this.#text.startsWith(expected, this.position)) return false;
		this.position += expected.length;
		return true;
	}

	#group(): Filter | undefined {
		const start = this.position;
		const is = this.#take('|') ? 'or' : 'and';
		if (is === 'or') this.skipBlanks();
		if (this.#take('(')) {
			const terms: Filter[] = [];
			this.skipBlanks();
			for (let term = this.term(); term !== undefined; term = this.term()) {
				terms.push(term);
				this.skipBlanks();
			}
			if (terms.length > 0 && this.#take(')')) return group(is, terms);
		}
		this.position = start;
		return undefined;
	}

	#not(): Filter | undefined {
		const start = this.position;
		if (!this.#take('!')) return undefined;
		this.skipBlanks();
		const child = this.term();
		if (child !== undefined) return { is: 'not', child };
		this.position = start;
		return undefined;
	}

	#comparison(): Filter | undefined {
		const start = this.position;
		const operator = (['>=', '<=', '>', '<'] as const).find((candidate) => this.#take(candidate));
		if (operator === undefined) return undefined;
		const word = this.#rawWord();
		if (word === undefined) {
			this.position = start;
			return undefined;
		}
		const value = Number(word);
		if (Number.isNaN(value)) throw new FilterError('value must be a number');
		return { is: 'comparison', operator, value };
	}

	#property(): Filter | undefined {
		const start = this.position;
		const name = this.#quoted() ?? this.#rawWord();
		if (name !== undefined) {
			if (this.#take('?')) return { is: 'truthy', name };
			this.skipBlanks();
			if (this.#take(':')) {
				this.skipBlanks();
				const child = this.term();
				if (child !== undefined) return { is: 'property', name, child };
			}
		}
		this.position = start;
		return undefined;
	}

	#quotedText(): Filter | undefined {
		const text = this.#quoted();
		return text === undefined ? undefined : { is: 'text', text };
	}

	/** Reads `"…"`; a missing closing quote is accepted, as people see results while they type. */
	#quoted(): string | undefined {
		if (!this.#take('"')) return undefined;
		let text = '';
		while (!this.atEnd()) {
			let character = this.#text.charAt(this.position++);
			if (character === '"') break;
			if (character === '\\') character = this.#text.charAt(this.position++);
			text += character;
		}
		return text;
	}

	#regex(): Filter | undefined {
		const start = this.position;
		if (!this.#take('/')) return undefined;
		let source = '';
		while (!this.atEnd()) {
			const character = this.#text.charAt(this.position++);
			if (character === '/') {
				const ignoreCase = this.#take('i');
				return { is: 'regex', source, ignoreCase, regex: compile(source, ignoreCase) };
			}
			source += character;
			if (character === '\\') source += this.#text.charAt(this.position++);
		}
		this.position = start;
		return undefined;
	}

	#rawWord(): string | undefined {
		const start = this.position;
		while (!this.atEnd() && isWordCharacter(this.#peek())) this.position++;
		return this.position === start ? undefined : this.#text.slice(start, this.position);
	}

	#word(): Filter | undefined {
		const start = this.position;
		while (!this.atEnd() && (this.#peek() === '*' || isWordCharacter(this.#peek()))) this.position++;
		const text = this.#text.slice(start, this.position);
		if (text === '') return undefined;
		if (text.includes('*')) return { is: 'glob', pattern: text };
		return Number.isNaN(Number(text)) ? { is: 'text', text } : { is: 'number-or-text', text };
	}
}

function compile(source: string, ignoreCase: boolean): RegExp {
	try {
		return new RegExp(source, ignoreCase ? 'i' : '');
	} catch (error) {
		throw new FilterError(error instanceof Error ? error.message : String(error));
	}
}
