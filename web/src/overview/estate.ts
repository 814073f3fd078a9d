/** What the overview knows of the estate: a few views, none of which grows with the number of VMs. */
import { useMemo } from 'react';
import { number, text } from '../list/noun';
import { useView } from '../live/hooks';
import type { Row } from '../live/view';

/** Hosts, pools and storage are read up to this number; an estate with more is told by its first. */
const MOST = 500;

const POOLS = { type: 'pool', sort: ['name_label'], columns: ['name_label', 'default_SR', 'master'], limit: MOST };
const HOSTS = {
	type: 'host',
	sort: ['name_label'],
	columns: [
		'name_label',
		'$pool',
		'power_state',
		'enabled',
		'memory.usage',
		'memory.size',
		'cpus.cores',
		'rebootRequired',
	],
	limit: MOST,
};
const SRS = {
	type: 'SR',
	filter: 'size:>0',
	sort: ['-size'],
	columns: ['name_label', '$pool', 'content_type', 'size', 'physical_usage'],
	limit: MOST,
};

export interface Used {
	used: number;
	size: number;
}

export interface PoolUse {
	id: string;
	name: string;
	hosts: number;
	cores: number;
	memory: Used;
	storage: Used;
}

/** Pools with their hosts and what these and their storage have. */
export function useEstate() {
	const { rows: pools, view: poolView } = useView(POOLS);
	const { rows: hosts } = useView(HOSTS);
	const { rows: srs } = useView(SRS);
	const uses = useMemo(() => usesOf(pools, hosts, srs), [pools, hosts, srs]);
	return { pools, hosts, srs, uses, poolView };
}

export function usesOf(pools: readonly Row[], hosts: readonly Row[], srs: readonly Row[]): PoolUse[] {
	const uses = new Map<string, PoolUse>();
	for (const pool of pools) {
		const nothing = () => ({ used: 0, size: 0 });
		const name = text(pool, 'name_label') || pool.id;
		uses.set(pool.id, { id: pool.id, name, hosts: 0, cores: 0, memory: nothing(), storage: nothing() });
	}
	for (const host of hosts) {
		const use = uses.get(text(host, '$pool'));
		if (use === undefined) continue;
		use.hosts++;
		use.cores += number(host, 'cpus.cores') ?? 0;
		add(use.memory, number(host, 'memory.usage'), number(host, 'memory.size'));
	}
	for (const sr of srs) {
		const use = uses.get(text(sr, '$pool'));
		// What ISO images take says nothing of the room for disks.
		if (use === undefined || sr.content_type === 'iso') continue;
		add(use.storage, number(sr, 'physical_usage'), number(sr, 'size'));
	}
	return [...uses.values()];
}

function add(total: Used, used = 0, size = 0): void {
	total.used += Math.max(0, used);
	total.size += Math.max(0, size);
}

export function sum(uses: readonly PoolUse[], of: 'memory' | 'storage'): Used {
	const total = { used: 0, size: 0 };
	for (const use of uses) add(total, use[of].used, use[of].size);
	return total;
}
