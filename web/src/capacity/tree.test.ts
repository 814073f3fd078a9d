import { expect, it } from 'vitest';
import { type Known, treeOf, wayTo } from './tree';

const known: Known = {
	pools: [{ id: 'p', name_label: 'pool' }],
	hosts: [{ id: 'h', name_label: 'host', $pool: 'p', 'memory.usage': 60, 'memory.size': 100 }],
	vms: [{ id: 'v', name_label: 'web', $container: 'h', 'memory.size': 40, 'CPUs.number': 4 }],
	counts: { h: 5 },
	vcpus: { h: 10 },
	srs: [{ id: 's', name_label: 'store', $pool: 'p', physical_usage: 30, size: 50 }],
	disks: [{ id: 'd', name_label: 'disk', $SR: 's', usage: 60 }],
};

it('has the largest VMs of a host, the others together, and what is free', () => {
	const host = wayTo(treeOf('ram', known, 'all'), 'h')?.at(-1);
	expect(host?.children?.map(({ kind, value, count }) => [kind, value, count])).toEqual([
		['vm', 40, undefined],
		['rest', 20, 4],
		['free', 40, undefined],
	]);
});

it('counts the vCPUs of VMs that are not shown', () => {
	const host = wayTo(treeOf('cpu', known, 'all'), 'h')?.at(-1);
	expect(host?.children?.map(({ kind, value }) => [kind, value])).toEqual([
		['vm', 4],
		['rest', 6],
	]);
});

it('keeps disks within what their storage uses', () => {
	const tree = treeOf('disk', known, 'all');
	expect(wayTo(tree, 'd')?.at(-1)?.value).toBe(30);
	expect(tree.value).toBe(30);
	expect(tree.size).toBe(50);
});
