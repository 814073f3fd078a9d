// @vitest-environment happy-dom
import { act, renderHook } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { printSort, readSort } from './column';
import { readLayout } from './layout';
import { useSelection } from './selection';
import { useFilter } from './useFilter';

describe('a selection', () => {
	function select(rows: string[]) {
		return renderHook(({ rows }) => useSelection(rows), { initialProps: { rows } });
	}

	it('turns rows on and off', () => {
		const { result } = select(['a', 'b', 'c']);
		act(() => result.current.toggle('a'));
		act(() => result.current.toggle('c'));
		act(() => result.current.toggle('a'));
		expect([...result.current.ids]).toEqual(['c']);
	});

	it('extends from the last toggled row in either direction', () => {
		const { result } = select(['a', 'b', 'c', 'd', 'e']);
		act(() => result.current.toggle('c'));
		act(() => result.current.extendTo('e'));
		act(() => result.current.extendTo('b'));
		expect([...result.current.ids].sort()).toEqual(['b', 'c', 'd', 'e']);
	});

	it('lets go of rows that leave the list', () => {
		const { result, rerender } = select(['a', 'b', 'c']);
		act(() => result.current.all());
		rerender({ rows: ['b'] });
		expect([...result.current.ids]).toEqual(['b']);
	});
});

describe('a sort', () => {
	const columns = [{ id: 'name' }, { id: 'ram' }];

	it.each([
		[undefined, 'name', false],
		['ram', 'ram', false],
		['-ram', 'ram', true],
		['-nothing', 'name', false],
	])('%s', (text, column, descending) => {
		expect(readSort(text, columns)).toEqual({ column, descending });
	});

	it('is read back as it was printed', () => {
		expect(readSort(printSort({ column: 'ram', descending: true }), columns)).toEqual({
			column: 'ram',
			descending: true,
		});
	});
});

describe('a stored layout', () => {
	it('is read', () => {
		const layout = { widths: { host: 200 }, shown: { os: true } };
		expect(readLayout(JSON.stringify(layout))).toEqual(layout);
	});

	it.each([null, '', 'nonsense', '[]', '{"widths":1,"shown":null}', '{"widths":{"a":"1","b":-3},"shown":{"c":1}}'])(
		'that is none (%s) counts as nothing',
		(text) => {
			expect(readLayout(text)).toEqual({ widths: {}, shown: {} });
		},
	);
});

describe('a filter that is being typed', () => {
	it('keeps the last predicate that could be read, and says what cannot', () => {
		const { result, rerender } = renderHook(({ text }) => useFilter(text), { initialProps: { text: 'web' } });
		expect(result.current.keeps('web01')).toBe(true);
		rerender({ text: 'web @' });
		expect(result.current.error).toBe('The filter cannot be read from “@” on');
		expect(result.current.keeps('web01')).toBe(true);
		expect(result.current.keeps('db01')).toBe(false);
		rerender({ text: 'db' });
		expect(result.current).toMatchObject({ error: undefined });
		expect(result.current.keeps('db01')).toBe(true);
	});
});
