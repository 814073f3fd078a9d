import { expect, it } from 'vitest';
import { type Branch, treeOf } from './tree';

function snapshot(id: string, snapshot_time: number, parent?: string) {
	return { id, snapshot_time, parent };
}

function shape(branches: readonly Branch[]): unknown {
	return branches.map(({ row, children }) => [row?.id ?? 'now', ...(shape(children) as unknown[])]);
}

it('puts snapshots below those they descend from, the oldest first, and the VM where it stands', () => {
	const rows = [snapshot('c', 3, 'a'), snapshot('a', 1), snapshot('b', 2, 'a'), snapshot('d', 4, 'b')];
	expect(shape(treeOf(rows, 'b'))).toEqual([['a', ['b', ['d'], ['now']], ['c']]]);
});

it('shows what descends from nothing that is there at the root', () => {
	expect(shape(treeOf([snapshot('a', 1, 'gone'), snapshot('b', 2)], 'gone'))).toEqual([['a'], ['b'], ['now']]);
	expect(shape(treeOf([], undefined))).toEqual([['now']]);
});

it('loses none in a circle', () => {
	expect(shape(treeOf([snapshot('a', 1, 'b'), snapshot('b', 2, 'a')], undefined))).toEqual([['a', ['b']], ['now']]);
});
