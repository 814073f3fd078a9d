// @vitest-environment happy-dom
import { act, renderHook } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { useReadable } from '../filter/readable';
import type { Lines } from '../live/listing';
import { type Column, pressed, printSort, readSort } from './column';
import { fitting } from './fit';
import { isShown, readLayout } from './layout';
import { moved, ordered, put } from './order';
import { slotsOf } from './rowWindow';
import { chosenOf, useSelection } from './selection';
import { spread } from './spread';
import { placeOf } from './useColumnDrag';

/** Lines of rows that are all here. */
function linesOf(ids: string[]): Lines {
	return {
		watch: () => () => undefined,
		version: () => 0,
		length: () => ids.length,
		at: (index) => ({ is: 'row', row: { id: ids[index] ?? '' } }),
		look: () => undefined,
		get: (id) => ({ id }),
		watchRow: () => () => undefined,
		indexOf: (id) => ids.indexOf(id),
		toggle: () => undefined,
	};
}

describe('a selection', () => {
	function select(ids: string[]) {
		const lines = linesOf(ids);
		return renderHook(({ list }) => useSelection(lines, list), { initialProps: { list: 'vms' } });
	}

	it('turns rows on and off', () => {
		const { result } = select(['a', 'b', 'c']);
		act(() => result.current.toggle({ id: 'a' }));
		act(() => result.current.toggle({ id: 'c' }));
		act(() => result.current.toggle({ id: 'a' }));
		expect([...result.current.rows.keys()]).toEqual(['c']);
	});

	it('extends from the last toggled row in either direction', () => {
		const { result } = select(['a', 'b', 'c', 'd', 'e']);
		act(() => result.current.toggle({ id: 'c' }));
		act(() => result.current.extendTo({ id: 'e' }));
		act(() => result.current.extendTo({ id: 'b' }));
		expect([...result.current.rows.keys()].sort()).toEqual(['b', 'c', 'd', 'e']);
	});

	it('of everything is everything but what was taken out', () => {
		const { result } = select(['a', 'b']);
		act(() => result.current.everything());
		act(() => result.current.toggle({ id: 'b' }));
		expect(result.current.has('a')).toBe(true);
		expect(result.current.has('b')).toBe(false);
		expect(chosenOf(result.current, 10_000)).toBe(9999);
	});

	it('is not that of another list', () => {
		const { result, rerender } = select(['a', 'b', 'c']);
		act(() => result.current.toggle({ id: 'a' }));
		rerender({ list: 'vms web' });
		expect(chosenOf(result.current, 3)).toBe(0);
	});
});

describe('a sort', () => {
	const columns = [{ id: 'name', sort: 'name_label' }, { id: 'ram', sort: 'memory.size' }, { id: 'host' }];

	it.each([
		[undefined, []],
		['ram', [{ column: 'ram', descending: false }]],
		[
			'-ram,name',
			[
				{ column: 'ram', descending: true },
				{ column: 'name', descending: false },
			],
		],
		['-nothing', []],
		['host', []],
	])('%s', (text, sort) => {
		expect(readSort(text, columns)).toEqual(sort);
	});

	it('is read back as it was printed', () => {
		const sort = [
			{ column: 'ram', descending: true },
			{ column: 'name', descending: false },
		];
		expect(readSort(printSort(sort), columns)).toEqual(sort);
	});

	it('turns round at a second press, and takes another column beside the first', () => {
		const ram = { id: 'ram', largestFirst: true };
		const once = pressed([{ column: 'name', descending: false }], ram, false);
		expect(once).toEqual([{ column: 'ram', descending: true }]);
		expect(pressed(once, ram, false)).toEqual([{ column: 'ram', descending: false }]);
		expect(pressed(once, { id: 'name' }, true)).toEqual([...once, { column: 'name', descending: false }]);
	});
});

describe('a stored layout', () => {
	it('is read', () => {
		const layout = { widths: { host: 200 }, shown: { os: true }, order: ['os', 'host'] };
		expect(readLayout(JSON.stringify(layout))).toEqual(layout);
	});

	it('of before columns had an order is read', () => {
		expect(readLayout('{"widths":{},"shown":{"os":true}}')).toEqual({ widths: {}, shown: { os: true }, order: [] });
	});

	it.each([null, '', 'nonsense', '[]', '{"widths":1,"shown":null}', '{"widths":{"a":"1","b":-3},"shown":{"c":1}}'])(
		'that is none (%s) counts as nothing',
		(text) => {
			expect(readLayout(text)).toEqual({ widths: {}, shown: {}, order: [] });
		},
	);
});

describe('a filter that is being typed', () => {
	it('is the last that could be read, and says what cannot', () => {
		const { result, rerender } = renderHook(({ text }) => useReadable(text), { initialProps: { text: 'web' } });
		expect(result.current.good).toBe('web');
		rerender({ text: 'web @' });
		expect(result.current).toMatchObject({ good: 'web', error: { rest: '@' } });
		rerender({ text: 'db' });
		expect(result.current).toMatchObject({ good: 'db', error: undefined });
	});
});

describe('the columns that fit', () => {
	const column = (id: string, min: number, more: Partial<Column> = {}): Column => ({
		id,
		label: 'column.name',
		min,
		grow: 1,
		needs: [],
		cell: () => null,
		...more,
	});
	const columns = [
		column('name', 170, { card: 'title' }),
		column('state', 140, { card: 'left' }),
		column('host', 100, { card: 'middle' }),
		column('ram', 90, { card: 'last' }),
		column('ip', 140, { card: 'right' }),
		column('os', 140, { hidden: true }),
		column('tags', 140, { card: 'foot' }),
	];
	const names = (width: number, layout = readLayout(null)) =>
		fitting(
			columns.filter((one) => isShown(one, layout)),
			layout,
			width,
		).map(({ id }) => id);

	it('are all of them where there is room', () => {
		expect(names(1200)).toEqual(['name', 'state', 'host', 'ram', 'ip', 'tags']);
	});

	it('are those that tell most, in their order, and none is cut', () => {
		expect(names(700)).toEqual(['name', 'state', 'host', 'ip']);
		expect(names(560)).toEqual(['name', 'state', 'ip']);
	});

	it('are three at least', () => {
		expect(names(100)).toEqual(['name', 'state', 'ip']);
	});

	it('have those first that somebody asked for', () => {
		expect(names(600, { widths: {}, shown: { os: true }, order: [] })).toEqual(['name', 'state', 'os']);
	});

	it('take the widths that somebody gave them', () => {
		expect(names(700, { widths: { name: 400 }, shown: {}, order: [] })).toEqual(['name', 'state', 'ip']);
	});
});

describe('the elements of rows', () => {
	const slots = (first: number, last: number, origin: number) => slotsOf(first, last, 5, origin);

	it('stand in the order of their rows at rest', () => {
		expect(slots(7, 10, 7).map(({ index }) => index)).toEqual([7, 8, 9, 10]);
	});

	it('are not moved when rows scroll in, but take them over from those that scroll out', () => {
		const [before, after] = [slots(7, 11, 7), slots(9, 13, 7)];
		expect(after.map(({ slot }) => slot)).toEqual(before.map(({ slot }) => slot));
		expect(after.map(({ index }) => index)).toEqual([12, 13, 9, 10, 11]);
	});

	it('are none where there are no rows', () => {
		expect(slots(0, -1, 0)).toEqual([]);
	});
});

describe('the order of columns', () => {
	const columns = ['name', 'state', 'ram', 'tags'].map((id) => ({ id }));
	const layout = (order: string[]) => ({ widths: {}, shown: {}, order });
	const ids = (order: string[], of = columns) => ordered(of, layout(order)).map(({ id }) => id);

	it('is their own until somebody moves one', () => {
		expect(ids([])).toEqual(['name', 'state', 'ram', 'tags']);
		const once = moved(columns, layout([]), 'ram', -1);
		expect(once.order).toEqual(['name', 'ram', 'state', 'tags']);
		expect(moved(columns, once, 'name', 1).order).toEqual(['ram', 'name', 'state', 'tags']);
	});

	it('has ends', () => {
		expect(moved(columns, layout([]), 'name', -1).order).toEqual([]);
		expect(moved(columns, layout([]), 'tags', 1).order).toEqual([]);
		expect(moved(columns, layout([]), 'gone', 1).order).toEqual([]);
	});

	it('puts one where it is dropped among those that are shown, whatever is hidden between', () => {
		const [name, state, ram, tags] = columns;
		const shown = [name, state, tags].flatMap((column) => column ?? []);
		const dropped = (column: { id: string } | undefined, to: number) =>
			column && put(columns, layout([]), column, shown, to).order;
		expect(dropped(tags, 0)).toEqual(['tags', 'name', 'state', 'ram']);
		expect(dropped(name, 2)).toEqual(['state', 'ram', 'name', 'tags']);
		expect(dropped(name, 3)).toEqual(['state', 'ram', 'tags', 'name']);
		expect(dropped(ram, 3)).toEqual(['name', 'state', 'tags', 'ram']);
		expect(dropped(name, 0)).toEqual([]);
	});

	it('finds the place by the middles of the columns', () => {
		const boxes = [
			{ left: 0, width: 100 },
			{ left: 100, width: 20 },
		];
		expect([-5, 49, 51, 109, 111, 500].map((x) => placeOf(x, boxes))).toEqual([0, 0, 1, 1, 2, 2]);
	});

	it('takes in columns that have come since, and passes over those that are gone', () => {
		expect(ids(['tags', 'gone', 'name', 'ram'])).toEqual(['tags', 'name', 'state', 'ram']);
		expect(ids(['ram', 'state'], columns.slice(0, 3))).toEqual(['name', 'ram', 'state']);
	});
});

describe('rows that come', () => {
	const place = (slot: number, id: string | undefined, inSight: boolean) => ({ slot, id, inSight });
	const placed = [place(0, 'a', false), place(1, 'b', true), place(2, 'c', true), place(3, 'd', false)];

	it('are first those in sight where more come than are seen, and then the others', () => {
		const first = spread(placed, new Map());
		expect([...first.ids]).toEqual([
			[0, undefined],
			[1, 'b'],
			[2, 'c'],
			[3, undefined],
		]);
		expect(first.waits).toBe(true);
		const then = spread(placed, first.ids);
		expect([...then.ids.values()]).toEqual(['a', 'b', 'c', 'd']);
		expect(then.waits).toBe(false);
	});

	it('are shown at once where there are few, and those that were there stay', () => {
		const before = new Map([
			[0, 'a'],
			[1, 'b'],
			[2, 'c'],
		]);
		expect(spread(placed, before).waits).toBe(false);
		expect([...spread(placed, before).ids.values()]).toEqual(['a', 'b', 'c', 'd']);
	});
});
