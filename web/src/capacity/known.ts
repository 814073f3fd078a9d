/** What the map of capacity knows: hosts and storage whole, of VMs and disks the largest, of the others their number. */
import { useEffect, useState } from 'react';
import type { Connection } from '../live/connection';
import { useLive, useView } from '../live/hooks';
import type { Counts } from '../live/view';
import type { Known, Measure } from './tree';

const MOST = 500;
const POOLS = { type: 'pool', sort: ['name_label'], columns: ['name_label'], limit: MOST };
const HOSTS = {
	type: 'host',
	sort: ['name_label'],
	columns: ['name_label', '$pool', 'memory.usage', 'memory.size', 'cpus.cores'],
	limit: MOST,
};
const VMS = {
	type: 'VM',
	filter: 'power_state:Running',
	columns: ['name_label', '$container', 'memory.size', 'CPUs.number'],
	groupBy: ['$container', 'CPUs.number'],
	limit: MOST,
};
const BY_MEMORY = { ...VMS, sort: ['-memory.size'] };
const BY_CPUS = { ...VMS, sort: ['-CPUs.number'] };
const SRS = {
	type: 'SR',
	filter: 'size:>0 !content_type:iso',
	sort: ['-size'],
	columns: ['name_label', '$pool', 'physical_usage', 'size'],
	limit: MOST,
};
const DISKS = { type: ['VDI', 'VDI-snapshot'], sort: ['-usage'], columns: ['name_label', '$SR', 'usage'], limit: MOST };

export function useKnown(by: Measure): Known & { settled: boolean; error: Error | undefined } {
	const pools = useView(POOLS);
	const isDisk = by === 'disk';
	const hosts = useView(isDisk ? undefined : HOSTS);
	const vms = useView(isDisk ? undefined : by === 'cpu' ? BY_CPUS : BY_MEMORY);
	const srs = useView(isDisk ? SRS : undefined);
	const disks = useView(isDisk ? DISKS : undefined);
	const counts = vms.view.counts;
	const isWhole = (vms.view.total ?? 0) <= MOST;
	const vcpus = useVcpus(by === 'cpu' && !isWhole ? counts['CPUs.number'] : undefined);
	const asked = isDisk ? [pools, srs, disks] : [pools, hosts, vms];
	return {
		pools: pools.rows,
		hosts: hosts.rows,
		vms: vms.rows,
		counts: counts.$container ?? {},
		vcpus,
		srs: srs.rows,
		disks: disks.rows,
		settled: asked.every(({ view }) => view.isSettled),
		error: asked.map(({ view }) => view.error).find((error) => error !== undefined),
	};
}

/** vCPUs by host, asked by numbers of vCPUs: how many VMs of each host have that many. */
function useVcpus(byNumber: Counts | null | undefined): Counts | undefined {
	const { connection } = useLive();
	const [found, setFound] = useState<{ key: string; counts: Counts }>();
	const key = byNumber === undefined || byNumber === null ? undefined : JSON.stringify(byNumber);
	useEffect(() => {
		if (key === undefined) return;
		let left = false;
		vcpusOf(connection, Object.keys(JSON.parse(key))).then(
			(counts) => !left && setFound({ key, counts }),
			() => undefined,
		);
		return () => {
			left = true;
		};
	}, [connection, key]);
	return key === undefined ? undefined : found?.counts;
}

async function vcpusOf(connection: Connection, numbers: readonly string[]): Promise<Counts> {
	const sums: Record<string, number> = {};
	for (const number of numbers) {
		const { id, counts } = await connection.call('view.subscribe', {
			type: 'VM',
			filter: `power_state:Running CPUs:number:>=${number} CPUs:number:<=${number}`,
			columns: [],
			limit: 0,
			groupBy: ['$container'],
		});
		void connection.call('view.unsubscribe', { id }).catch(() => undefined);
		for (const [host, count] of Object.entries(Object(Object(counts).$container))) {
			sums[host] = (sums[host] ?? 0) + Number(number) * Number(count);
		}
	}
	return sums;
}
