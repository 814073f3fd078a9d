import { describe, expect, it, vi } from 'vitest';
import type { Host, Pool } from '../api/objects';
import { LiveList } from './list';
import { Store } from './store';

function pool(id: string, name_label: string): Pool {
	return { type: 'pool', id, $pool: id, name_label, name_description: '', master: 'h' };
}

function listOf(pools: Pool[], keeps: (pool: Pool) => boolean = () => true) {
	const store = new Store((run) => run());
	store.apply(pools);
	const tests = vi.fn(keeps);
	const list = new LiveList(store, 'pool', tests, (a, b) => a.name_label.localeCompare(b.name_label), { pause: 10 });
	return { store, list, tests };
}

describe('a live list', () => {
	it('keeps what the filter keeps, in order', () => {
		const { list } = listOf([pool('1', 'c'), pool('2', 'a'), pool('3', 'b')], (object) => object.id !== '3');
		expect(list.ids()).toEqual(['2', '1']);
	});

	it('takes in entered, changed and left objects, and tests only those again', () => {
		const { store, list, tests } = listOf([pool('1', 'c'), pool('2', 'a'), pool('3', 'b')]);
		list.watch(() => undefined);
		tests.mockClear();
		store.apply([pool('4', 'aa'), pool('1', '0')], ['3']);
		list.refresh();
		expect(list.ids()).toEqual(['1', '2', '4']);
		expect(new Set(tests.mock.calls.map(([object]) => object.id))).toEqual(new Set(['1', '4']));
	});

	it('puts only the changed objects in order again', () => {
		const store = new Store((run) => run());
		store.apply(Array.from({ length: 1000 }, (_, i) => pool(`${i}`, `name ${String(i).padStart(4, '0')}`)));
		const compare = vi.fn((a: Pool, b: Pool) => a.name_label.localeCompare(b.name_label));
		const list = new LiveList(store, 'pool', () => true, compare);
		list.watch(() => undefined);
		compare.mockClear();
		store.apply([pool('3', 'name 0998b'), pool('990', 'name 0000b'), pool('5', 'zz')]);
		list.refresh();
		expect(compare.mock.calls.length).toBeLessThan(50);
		const names = list.ids().map((id) => store.get('pool', id)?.name_label ?? '');
		expect(names).toEqual([...names].sort());
		expect(names).toHaveLength(1000);
	});

	it('orders all anew after what the order looks at besides', () => {
		const store = new Store((run) => run());
		store.apply([pool('1', 'a'), pool('2', 'b')]);
		const host = (name_label: string) => ({ type: 'host', id: 'h', name_label }) as Host;
		store.apply([host('up')]);
		const up = () => store.get('host', 'h')?.name_label === 'up';
		const compare = (a: Pool, b: Pool) => a.name_label.localeCompare(b.name_label) * (up() ? 1 : -1);
		const list = new LiveList(store, 'pool', () => true, compare, { alsoAfter: ['host'] });
		list.watch(() => undefined);
		expect(list.ids()).toEqual(['1', '2']);
		store.apply([host('down')]);
		list.refresh();
		expect(list.ids()).toEqual(['2', '1']);
	});

	it('keeps the same array while the order stays', () => {
		const { store, list } = listOf([pool('1', 'a'), pool('2', 'b')]);
		const woken = vi.fn();
		list.watch(woken);
		const before = list.ids();
		store.apply([pool('1', 'aa')]);
		list.refresh();
		expect(list.ids()).toBe(before);
		expect(woken).not.toHaveBeenCalled();
	});

	it('takes in many changes at once', async () => {
		const { store, list } = listOf([pool('1', 'a')]);
		const woken = vi.fn();
		list.watch(woken);
		for (let i = 0; i < 50; i++) store.apply([pool(`n${i}`, 'x')]);
		expect(woken).not.toHaveBeenCalled();
		await vi.waitFor(() => expect(list.ids()).toHaveLength(51));
		expect(woken).toHaveBeenCalledOnce();
	});

	it('catches up with what happened while nobody watched', () => {
		const { store, list } = listOf([pool('1', 'a')]);
		store.apply([pool('2', 'b')]);
		expect(list.ids()).toEqual(['1']);
		list.watch(() => undefined);
		expect(list.ids()).toEqual(['1', '2']);
	});
});
