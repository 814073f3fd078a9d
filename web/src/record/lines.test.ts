import { expect, it } from 'vitest';
import { counted, linesOf, matching, ordered } from './lines';

const rows = [
	{ id: '1', name: 'web10', size: 3, groups: ['a', 'b'] },
	{ id: '2', name: 'Web2', size: 1, groups: [] },
	{ id: '3', name: undefined, size: 2, groups: ['a'] },
];
const ids = (found: readonly { id: string }[]) => found.map(({ id }) => id).join('');

it('orders names as people do, numbers by size, and what is absent last', () => {
	expect(ids(ordered(rows, ['name'], 'en'))).toBe('213');
	expect(ids(ordered(rows, ['-name'], 'en'))).toBe('123');
	expect(ids(ordered(rows, ['-size'], 'en'))).toBe('132');
});

it('keeps what the filter matches, and all without one', () => {
	expect(ids(matching(rows, 'name:web'))).toBe('12');
	expect(ids(matching(rows, 'groups:b'))).toBe('1');
	expect(matching(rows, ' ')).toBe(rows);
});

it('counts each value of a list', () => {
	expect(counted(rows, 'groups')).toEqual({ a: 2, b: 1 });
});

it('finds lines by their place and their id', () => {
	const lines = linesOf(rows);
	expect([lines.length(), lines.indexOf('3'), lines.get('2')?.name, lines.at(9)]).toEqual([3, 2, 'Web2', undefined]);
});
