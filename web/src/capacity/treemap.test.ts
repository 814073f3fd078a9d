import { expect, it } from 'vitest';
import { layout, type Node, neighbour, squarify } from './treemap';

const whole = { x: 0, y: 0, width: 600, height: 400 };
const area = ({ width, height }: { width: number; height: number }) => width * height;
const leaf = (id: string, value: number): Node => ({ id, kind: 'vm', name: id, value });

it('gives each value its share of the area', () => {
	const values = [6, 6, 4, 3, 2, 2, 1];
	const rects = squarify(values, whole);
	for (const [at, value] of values.entries()) {
		expect(area(rects[at] ?? { width: 0, height: 0 })).toBeCloseTo((value / 24) * area(whole));
	}
});

it('keeps rectangles near to squares and within the whole', () => {
	for (const { x, y, width, height } of squarify([6, 6, 4, 3, 2, 2, 1], whole)) {
		expect(Math.max(width / height, height / width)).toBeLessThan(4);
		expect(x).toBeGreaterThanOrEqual(0);
		expect(x + width).toBeLessThanOrEqual(600.001);
		expect(y + height).toBeLessThanOrEqual(400.001);
	}
});

it('puts what is too small to see into one, of ten thousand, too', () => {
	const children = [leaf('large', 1e6), ...Array.from({ length: 9999 }, (_, at) => leaf(`vm ${at}`, 10))];
	const tiles = layout({ id: 'host', kind: 'host', name: 'host', value: 0, children }, whole);
	expect(tiles.map(({ node }) => [node.kind, node.count])).toEqual([
		['vm', undefined],
		['rest', 9999],
	]);
});

it('leaves no slivers', () => {
	const children = [leaf('a', 1000), leaf('b', 900), ...Array.from({ length: 7 }, (_, at) => leaf(`c${at}`, 8 - at))];
	const node: Node = { id: 'host', kind: 'host', name: 'host', value: 0, children };
	for (const place of [whole, { ...whole, height: 60 }, { ...whole, width: 90 }]) {
		const tiles = layout(node, place);
		expect(tiles.length).toBeGreaterThan(2);
		for (const { width, height } of tiles) expect(Math.min(width, height)).toBeGreaterThan(6);
	}
});

it('keeps tiles near to squares beside much that is free', () => {
	const free: Node = { id: 'free', kind: 'free', name: '', value: 65 };
	const children = [leaf('a', 16), leaf('b', 4.7), leaf('c', 4), leaf('d', 4), leaf('e', 2), free];
	const tiles = layout({ id: 'host', kind: 'host', name: 'host', value: 0, children }, whole);
	expect(tiles.map(({ node }) => node.id)).toEqual(['a', 'b', 'c', 'd', 'e', 'free']);
	for (const { node, width, height } of tiles) {
		expect(area({ width, height })).toBeCloseTo((node.value / 95.7) * area(whole));
		expect(Math.max(width / height, height / width)).toBeLessThan(3);
	}
});

it('takes the small ones into what is others already', () => {
	const others: Node = { id: 'host rest', kind: 'rest', name: '', value: 500, count: 7 };
	const children = [leaf('large', 1e6), others, leaf('a', 10), leaf('b', 10)];
	const tiles = layout({ id: 'host', kind: 'host', name: 'host', value: 0, children }, whole);
	expect(tiles.map(({ node }) => [node.kind, node.count])).toEqual([
		['vm', undefined],
		['rest', 9],
	]);
});

it('shows what is in a tile where there is room', () => {
	const host: Node = { id: 'h', kind: 'host', name: 'h', value: 3, children: [leaf('a', 2), leaf('b', 1)] };
	const tiles = layout({ id: 'pool', kind: 'pool', name: 'pool', value: 3, children: [host] }, whole);
	expect(tiles.map(({ node, depth, holds }) => [node.id, depth, holds])).toEqual([
		['h', 0, true],
		['a', 1, false],
		['b', 1, false],
	]);
});

it('finds the next tile by direction', () => {
	const children = [leaf('a', 1), leaf('b', 1)];
	const tiles = layout({ id: 'h', kind: 'host', name: 'h', value: 2, children }, whole);
	const [first, second] = tiles;
	if (first === undefined || second === undefined) throw new Error('there are two');
	expect(neighbour(tiles, first, 'ArrowRight')).toBe(second);
	expect(neighbour(tiles, second, 'ArrowLeft')).toBe(first);
	expect(neighbour(tiles, second, 'ArrowUp')).toBeUndefined();
});

it('finds what a tile holds below its name, not what that holds', () => {
	const host = (id: string): Node => ({ id, kind: 'host', name: id, value: 1, children: [leaf(`${id} vm`, 1)] });
	const pool: Node = { id: 'p', kind: 'pool', name: 'p', value: 2, children: [host('a'), host('b')] };
	const tiles = layout({ id: 'estate', kind: 'estate', name: '', value: 2, children: [pool] }, whole);
	const [first] = tiles;
	if (first === undefined) throw new Error('there is one');
	expect(neighbour(tiles, first, 'ArrowDown')?.node.kind).toBe('host');
});

it('has nothing to show of nothing', () => {
	expect(squarify([], whole)).toEqual([]);
	expect(layout({ id: 'x', kind: 'host', name: 'x', value: 0, children: [leaf('a', 0)] }, whole)).toEqual([]);
});
