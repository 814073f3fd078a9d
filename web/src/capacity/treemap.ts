/**
 * Areas for values: rectangles that fill another, each as large as its value and about as wide as high, in rows from
 * the largest to the smallest; and a tree laid out in that way, with what would be too small to see put together.
 */

export interface Rect {
	x: number;
	y: number;
	width: number;
	height: number;
}

export type NodeKind = 'estate' | 'pool' | 'host' | 'sr' | 'vm' | 'disk' | 'rest' | 'free';

export interface Node {
	id: string;
	kind: NodeKind;
	name: string;
	value: number;
	/** What there is, where `value` is what is used of it. */
	size?: number;
	/** Of what stands for several: how many. */
	count?: number;
	children?: readonly Node[];
}

export interface Tile extends Rect {
	node: Node;
	/** 0 for what lies in the whole. */
	depth: number;
	/** Others lie in it, below its name. */
	holds: boolean;
}

/** Room for the name of a tile that holds others, in px. */
const NAME = 20;
/** Room between a tile and those in it, in px. */
const GAP = 3;
/** Tiles smaller than this are put together, in px². */
const LEAST = 190;
/** A tile that is thinner is a sliver, in px. */
const THIN = 9;
/** A tile shows what is in it from this size on, in px. */
const OPEN = { width: 54, height: 46 };

/** Gives each value its part of a rectangle, in the order of the values, which have to descend. */
export function squarify(values: readonly number[], { x, y, width, height }: Rect): Rect[] {
	const total = values.reduce((sum, value) => sum + value, 0);
	if (total <= 0 || width <= 0 || height <= 0) return values.map(() => ({ x, y, width: 0, height: 0 }));
	const scale = (width * height) / total;
	const areas = values.map((value) => value * scale);
	const rects: Rect[] = [];
	let free: Rect = { x, y, width, height };
	for (let at = 0; at < areas.length; ) {
		const side = Math.min(free.width, free.height);
		let end = at + 1;
		let row = areas[at] ?? 0;
		while (end < areas.length) {
			const next = areas[end] ?? 0;
			const first = areas[at] ?? 0;
			if (worst(first, next, row + next, side) > worst(first, areas[end - 1] ?? 0, row, side)) break;
			row += next;
			end++;
		}
		free = place(areas.slice(at, end), row, free, rects);
		at = end;
	}
	return rects;
}

/** The worst ratio of sides in a row whose largest and smallest areas are these. */
function worst(largest: number, smallest: number, row: number, side: number): number {
	if (smallest <= 0) return Number.POSITIVE_INFINITY;
	const [square, area] = [side * side, row * row];
	return Math.max((square * largest) / area, area / (square * smallest));
}

/** Puts a row along the shorter side; returns what is left. */
function place(areas: readonly number[], row: number, { x, y, width, height }: Rect, into: Rect[]): Rect {
	const isColumn = width >= height;
	const side = isColumn ? height : width;
	const deep = side > 0 ? row / side : 0;
	let at = isColumn ? y : x;
	for (const area of areas) {
		const long = deep > 0 ? area / deep : 0;
		into.push(isColumn ? { x, y: at, width: deep, height: long } : { x: at, y, width: long, height: deep });
		at += long;
	}
	return isColumn
		? { x: x + deep, y, width: Math.max(0, width - deep), height }
		: { x, y: y + deep, width, height: Math.max(0, height - deep) };
}

/** Lays out what is in a node, three levels deep; what the node itself is called stands elsewhere. */
export function layout(node: Node, rect: Rect, depth = 0, levels = 3): Tile[] {
	const children = [...(node.children ?? [])].filter(({ value }) => value > 0).sort(descending);
	const { shown, rects } = fill(node, children, rect);
	return shown.flatMap((child, at) => {
		const place = rects[at];
		if (place === undefined) return [];
		const holds =
			depth + 1 < levels &&
			(child.children?.length ?? 0) > 0 &&
			place.width >= OPEN.width &&
			place.height >= OPEN.height;
		const tile: Tile = { ...place, node: child, depth, holds };
		if (!holds) return tile;
		const inner = {
			x: place.x + GAP,
			y: place.y + NAME,
			width: place.width - 2 * GAP,
			height: place.height - NAME - GAP,
		};
		return [tile, ...layout(child, inner, depth + 1, levels)];
	});
}

/** Fills a rectangle with tiles; where there would be slivers, what is somewhat larger is put together, too. */
function fill(node: Node, children: readonly Node[], rect: Rect): { shown: Node[]; rects: Rect[] } {
	const tilesFrom = (least: number) => {
		const shown = together(node, children, rect, least);
		const values = shown.map(({ value }) => value);
		const isFree = shown.at(-1)?.kind === 'free';
		return { shown, rects: isFree ? besideFree(values, rect) : squarify(values, rect) };
	};
	const hasNoSliver = ({ shown, rects }: ReturnType<typeof tilesFrom>) =>
		rects.every(({ width, height }, at) => shown[at]?.kind === 'free' || Math.min(width, height) >= THIN);
	for (const times of [1, 2, 4, 8]) {
		const tiles = tilesFrom(LEAST * times);
		if (hasNoSliver(tiles)) return tiles;
	}
	return tilesFrom(LEAST);
}

/** The last of the values may be larger than others before it: what is free has one end for itself. */
function besideFree(values: readonly number[], rect: Rect): Rect[] {
	const { x, y, width, height } = rect;
	const used = values.slice(0, -1);
	const total = values.reduce((sum, value) => sum + value, 0);
	const share = 1 - (values.at(-1) ?? 0) / total;
	if (width >= height) {
		const at = width * share;
		return [...squarify(used, { ...rect, width: at }), { x: x + at, y, width: width - at, height }];
	}
	const at = height * share;
	return [...squarify(used, { ...rect, height: at }), { x, y: y + at, width, height: height - at }];
}

/** What is free stands last, whatever its size. */
function descending(a: Node, b: Node): number {
	return Number(a.kind === 'free') - Number(b.kind === 'free') || b.value - a.value;
}

/** Puts what would be too small to see into one. */
function together(parent: Node, children: readonly Node[], { width, height }: Rect, least: number): Node[] {
	const total = children.reduce((sum, { value }) => sum + value, 0);
	const isSmall = ({ value }: Node) => (value / total) * width * height < least;
	// What is others already takes the small ones in.
	const small = children.filter((child) => child.kind === 'rest' || (isSmall(child) && child.kind !== 'free'));
	if (small.length < 2) return [...children];
	const rest: Node = {
		id: `${parent.id} others`,
		kind: 'rest',
		name: '',
		value: small.reduce((sum, { value }) => sum + value, 0),
		count: small.reduce((sum, { count = 1 }) => sum + count, 0),
	};
	return [...children.filter((child) => !small.includes(child)), rest].sort(descending);
}

const WAYS: Readonly<Record<string, readonly [x: number, y: number]>> = {
	ArrowLeft: [-1, 0],
	ArrowRight: [1, 0],
	ArrowUp: [0, -1],
	ArrowDown: [0, 1],
};

/** The tile next to one in a direction, by where their middles are; down from one that holds others, one of these. */
export function neighbour(tiles: readonly Tile[], from: Tile, key: string): Tile | undefined {
	const [dx, dy] = WAYS[key] ?? [0, 0];
	const middle = ({ x, y, width, height, holds }: Tile) =>
		[x + width / 2, y + (holds ? NAME / 2 : height / 2)] as const;
	const [fromX, fromY] = middle(from);
	let best: Tile | undefined;
	let least = Number.POSITIVE_INFINITY;
	const isIn = ({ depth, x }: Tile) => depth === from.depth + 1 && x >= from.x && x < from.x + from.width;
	for (const tile of key === 'ArrowDown' && from.holds ? tiles.filter(isIn) : tiles) {
		const [x, y] = middle(tile);
		const along = (x - fromX) * dx + (y - fromY) * dy;
		if (tile === from || along <= 0.5) continue;
		const across = Math.abs((x - fromX) * dy) + Math.abs((y - fromY) * dx);
		const cost = along + 2.5 * across;
		if (cost < least) [least, best] = [cost, tile];
	}
	return best;
}
