import { describe, expect, it } from 'vitest';
import { each, type Result } from './each';
import { inOrder, parts, plan } from './plan';
import { type Fault, type Rule, readRule, SAME } from './rule';

function named(rule: Partial<Rule>, ...names: string[]): string[] | Fault {
	const namer = readRule({ ...SAME, ...rule });
	return typeof namer === 'function' ? names.map(namer) : namer;
}

const rows = (...names: string[]) => names.map((name_label, at) => ({ id: `${at}`, name_label }));

describe('a rule for names', () => {
	it('fills in the present name and numbers of as many digits as are wished', () => {
		expect(named({ pattern: '{name}-{n}', start: 9 }, 'web', 'db')).toEqual(['web-9', 'db-10']);
		expect(named({ pattern: 'vm{n:03}', start: 99 }, 'a', 'b')).toEqual(['vm099', 'vm100']);
		expect(named({ pattern: 'vm{n:2}' }, 'a')).toEqual(['vm01']);
	});

	it('replaces a text as it stands, everywhere, before the pattern is filled in', () => {
		expect(named({ find: 'a.b', replace: '$&' }, 'a.b axb a.b')).toEqual(['$& axb $&']);
		expect(named({ find: 'web', replace: '{n}', pattern: '{name}/{n}' }, 'web')).toEqual(['{n}/1']);
	});

	it('replaces what an expression matches, with its groups', () => {
		const rule = { find: '^(\\w+)-(\\d+)$', replace: '$2-$1', isExpression: true };
		expect(named(rule, 'web-1', 'db')).toEqual(['1-web', 'db']);
	});

	it('says what is wrong with it', () => {
		expect(named({ pattern: '{nmae}-{n}' }, 'a')).toEqual({ is: 'placeholder', text: '{nmae}' });
		expect(named({ find: '(web', isExpression: true }, 'a')).toEqual({
			is: 'expression',
			text: 'Unterminated group',
		});
	});

	it('leaves no spaces around a name', () => {
		expect(named({ find: 'old', pattern: ' {name} ' }, 'web old', 'old')).toEqual(['web', '']);
	});
});

describe('a plan of new names', () => {
	it('numbers names in the order that people count in', () => {
		expect(inOrder(rows('web-10', 'db', 'web-9')).map((row) => row.name_label)).toEqual(['db', 'web-9', 'web-10']);
	});

	it('marks what stays, what is taken by another or twice, and what is empty', () => {
		const some = rows('a1', 'b2', 'c', '7');
		const all = [...some, { id: 'x', name_label: 'a' }];
		const judged = (rule: Partial<Rule>) => {
			const lines = plan({ ...SAME, ...rule }, some, all);
			return Array.isArray(lines) ? lines.map(({ is }) => is) : lines;
		};
		expect(judged({ find: '\\d', isExpression: true })).toEqual(['taken', 'changed', 'same', 'empty']);
		expect(judged({ pattern: 'same' })).toEqual(['taken', 'taken', 'taken', 'taken']);
		// A name that its owner gives up is free.
		expect(judged({ pattern: 'a1{name}' })).toEqual(['changed', 'changed', 'changed', 'changed']);
	});

	it('finds what is new in a name', () => {
		expect(parts('web-1', 'www-1')).toEqual(['w', 'ww', '-1']);
		expect(parts('web', 'web-1')).toEqual(['web', '-1', '']);
		expect(parts('aa', 'aaa')).toEqual(['aa', 'a', '']);
		expect(parts('web', 'web')).toEqual(['web', '', '']);
	});
});

describe('one thing after the other', () => {
	it('does so many at once, and goes on after a failure', async () => {
		let now = 0;
		let most = 0;
		const told = new Map<number, Result['is']>();
		await each([1, 2, 3, 4, 5], {
			act: async (item) => {
				most = Math.max(most, ++now);
				await Promise.resolve();
				now--;
				if (item === 2) throw new Error('no');
			},
			atOnce: 2,
			tell: (item, { is }) => told.set(item, is),
			isStopped: () => false,
		});
		expect(most).toBe(2);
		expect([...told.values()]).toEqual(['done', 'failed', 'done', 'done', 'done']);
	});

	it('leaves what has not begun when it is stopped', async () => {
		const done: number[] = [];
		await each([1, 2, 3, 4], {
			act: async (item) => done.push(item),
			atOnce: 2,
			tell: () => undefined,
			isStopped: () => done.length >= 2,
		});
		expect(done).toEqual([1, 2]);
	});
});
