/** What is used of what, as a tree: of pools their hosts and VMs, or their storage and disks. */
import { number, text } from '../list/noun';
import type { Counts, Row } from '../live/view';
import type { Node } from './treemap';

export type Measure = 'ram' | 'cpu' | 'disk';

export interface Known {
	pools: readonly Row[];
	hosts: readonly Row[];
	/** The largest running VMs; the others are told by `counts`. */
	vms: readonly Row[];
	/** Running VMs by host. */
	counts: Counts;
	/** vCPUs of running VMs by host, where they are not all among `vms`. */
	vcpus: Counts | undefined;
	srs: readonly Row[];
	/** The largest disks. */
	disks: readonly Row[];
}

const nameOf = (row: Row) => text(row, 'name_label') || row.id.slice(0, 8);

export function treeOf(by: Measure, known: Known, estate: string): Node {
	const places = by === 'disk' ? known.srs : known.hosts;
	const parts = groupBy(by === 'disk' ? known.disks : known.vms, by === 'disk' ? '$SR' : '$container');
	const nodes = new Map<string, Node[]>();
	for (const place of places) {
		const node = placeOf(by, place, parts.get(place.id) ?? [], known);
		if (node.value <= 0 && (node.size ?? 0) <= 0) continue;
		const pool = text(place, '$pool');
		nodes.set(pool, [...(nodes.get(pool) ?? []), node]);
	}
	const children = known.pools.flatMap((pool): Node[] => {
		const inner = nodes.get(pool.id) ?? [];
		if (inner.length === 0) return [];
		return [{ id: pool.id, kind: 'pool', name: nameOf(pool), ...sums(inner), children: inner }];
	});
	return { id: '', kind: 'estate', name: estate, ...sums(children), children };
}

/** A host with its VMs, or a storage with its disks. */
function placeOf(by: Measure, place: Row, parts: readonly Row[], known: Known): Node {
	const kind = by === 'disk' ? 'disk' : 'vm';
	const property = { ram: 'memory.size', cpu: 'CPUs.number', disk: 'usage' }[by];
	const shown = parts.map(
		(part): Node => ({ id: part.id, kind, name: nameOf(part), value: number(part, property) ?? 0 }),
	);
	const told = shown.reduce((sum, { value }) => sum + value, 0);
	const used =
		{ ram: number(place, 'memory.usage'), cpu: known.vcpus?.[place.id] ?? told, disk: number(place, 'physical_usage') }[
			by
		] ?? 0;
	const size = { ram: number(place, 'memory.size'), cpu: undefined, disk: number(place, 'size') }[by];
	const value = Math.max(used, by === 'cpu' ? told : 0);
	// VMs may be promised more than they use; what is shown is then the share of each in what is used.
	const scale = told > value && told > 0 ? value / told : 1;
	const children = shown.map((node) => ({ ...node, value: node.value * scale }));
	const rest = value - Math.min(told, value);
	if (rest > value * 0.002) {
		const others = by === 'disk' ? undefined : Math.max(0, (known.counts[place.id] ?? 0) - shown.length);
		children.push({ id: `${place.id} rest`, kind: 'rest', name: '', value: rest, count: others || undefined });
	}
	if (size !== undefined && size > value) {
		children.push({ id: `${place.id} free`, kind: 'free', name: '', value: size - value });
	}
	return { id: place.id, kind: by === 'disk' ? 'sr' : 'host', name: nameOf(place), value, size, children };
}

function sums(nodes: readonly Node[]): { value: number; size?: number } {
	const value = nodes.reduce((sum, node) => sum + node.value, 0);
	const sized = nodes.some(({ size }) => size !== undefined);
	return sized ? { value, size: nodes.reduce((sum, node) => sum + (node.size ?? node.value), 0) } : { value };
}

function groupBy(rows: readonly Row[], property: string): Map<string, Row[]> {
	const groups = new Map<string, Row[]>();
	for (const row of rows) {
		const key = text(row, property);
		const group = groups.get(key);
		if (group === undefined) groups.set(key, [row]);
		else group.push(row);
	}
	return groups;
}

/** The way from the whole to a node. */
export function wayTo(node: Node, id: string): Node[] | undefined {
	if (node.id === id) return [node];
	for (const child of node.children ?? []) {
		const way = wayTo(child, id);
		if (way !== undefined) return [node, ...way];
	}
	return undefined;
}

/** What a tile is as large as: what there is where that is known, else what is used. */
export function sized(node: Node): Node {
	const children = node.children?.map(sized);
	return { ...node, value: node.size ?? node.value, children };
}
