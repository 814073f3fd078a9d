/** What a rule makes of names: some text replaced, and then a pattern filled in. */
export interface Rule {
	/** `{name}` is the present name, `{n}` a number, `{n:03}` one of at least three digits. */
	pattern: string;
	/** The first number. */
	start: number;
	/** What is replaced in the present name beforehand, all of it; nothing where it is empty. */
	find: string;
	replace: string;
	/** `find` is a regular expression, and `$1` in `replace` its first group. */
	isExpression: boolean;
}

export const SAME: Rule = { pattern: '{name}', start: 1, find: '', replace: '', isExpression: false };

/** What is wrong with a rule: a placeholder that there is not, or an expression, with the reason. */
export type Fault = { is: 'placeholder' | 'expression'; text: string };

type Namer = (name: string, at: number) => string;

const PLACEHOLDER = /\{([^{}]*)\}/g;
const NUMBER = /^n(?::0?(\d{1,2}))?$/;

/** Reads a rule as what it makes of the name at a place, counted from 0. */
export function readRule(rule: Rule): Namer | Fault {
	const replaced = replacer(rule);
	if (typeof replaced !== 'function') return replaced;
	for (const [whole, word = ''] of rule.pattern.matchAll(PLACEHOLDER)) {
		if (word !== 'name' && !NUMBER.test(word)) return { is: 'placeholder', text: whole };
	}
	return (name, at) =>
		rule.pattern
			.replace(PLACEHOLDER, (_, word: string) => {
				if (word === 'name') return replaced(name);
				const digits = Number(NUMBER.exec(word)?.[1] ?? 1);
				return String(rule.start + at).padStart(digits, '0');
			})
			.trim();
}

function replacer({ find, replace, isExpression }: Rule): ((name: string) => string) | Fault {
	if (find === '') return (name) => name;
	if (!isExpression) return (name) => name.replaceAll(find, () => replace);
	try {
		const expression = new RegExp(find, 'g');
		return (name) => name.replace(expression, replace);
	} catch (error) {
		// "Invalid regular expression: /(/g: Unterminated group": the last of it says what is wrong.
		const reason = String(error instanceof Error ? error.message : error);
		return { is: 'expression', text: reason.slice(reason.lastIndexOf(': ') + 1).trim() };
	}
}
