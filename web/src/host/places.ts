/** Where the VMs of a host could go: asked of the pool in dry runs, the host with most free memory first. */
import { useEffect, useState } from 'react';
import type { Params } from '../api/methods';
import { number } from '../list/noun';
import type { Connection } from '../live/connection';
import { useLive } from '../live/hooks';
import type { Row } from '../live/view';

/** VMs that are asked about one by one, and hosts that are asked; the pool looks at all when it acts. */
const MOST_VMS = 80;
const MOST_HOSTS = 6;
const LIMIT = 120_000;

export interface Place {
	/** The host that would take it. */
	host?: Row;
	/** Why the last host that was asked would not. */
	why?: string;
}

export type Places = ReadonlyMap<string, Place>;

interface Report {
	objects: { id: string; outcome: string; error?: { message?: string } }[];
}

/** Nothing until the pool has answered. */
export function usePlaces(vms: readonly Row[], hosts: readonly Row[]): Places | undefined {
	const { connection } = useLive();
	const [found, setFound] = useState<{ key: string; places: Places }>();
	const key = JSON.stringify([vms.map(({ id }) => id), hosts.map(({ id }) => id)]);
	useEffect(() => {
		const [vmIds, hostIds] = JSON.parse(key) as [string[], string[]];
		if (vmIds.length === 0) return;
		let left = false;
		const some = vms.filter(({ id }) => vmIds.includes(id)).slice(0, MOST_VMS);
		const others = hosts.filter(({ id }) => hostIds.includes(id));
		placesOf(connection, some, others).then(
			(places) => !left && setFound({ key, places }),
			() => !left && setFound({ key, places: new Map() }),
		);
		return () => {
			left = true;
		};
		// Asked once for these VMs and hosts, not whenever one of them changes.
	}, [connection, key, vms, hosts]);
	return found?.key === key ? found.places : undefined;
}

export function freeOf(host: Row): number {
	return Math.max(0, (number(host, 'memory.size') ?? 0) - (number(host, 'memory.usage') ?? 0));
}

async function placesOf(connection: Connection, vms: readonly Row[], hosts: readonly Row[]): Promise<Places> {
	const places = new Map<string, Place>();
	const free = [...hosts].sort((a, b) => freeOf(b) - freeOf(a)).slice(0, MOST_HOSTS);
	for (const host of free) {
		const waiting = vms.filter(({ id }) => places.get(id)?.host === undefined);
		if (waiting.length === 0) break;
		const selection = { ids: waiting.map(({ id }) => id) };
		const params = { selection, targetHost: host.id, dryRun: true } as unknown as Params<'vm.migrate'>;
		const { objects } = (await connection.call('vm.migrate', params, LIMIT)) as unknown as Report;
		let room = freeOf(host);
		for (const { id, outcome, error } of objects) {
			const vm = waiting.find((candidate) => candidate.id === id);
			const size = vm === undefined ? 0 : (number(vm, 'memory.size') ?? 0);
			if (outcome !== 'would') places.set(id, { why: error?.message });
			else if (size <= room) {
				room -= size;
				places.set(id, { host });
			}
		}
	}
	return places;
}
