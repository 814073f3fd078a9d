/** MAC addresses that several VMs have; that snapshots and templates keep those of their VMs is as it should be. */
import { useMemo } from 'react';
import { text } from '../list/noun';
import { useView } from '../live/hooks';
import { idFilter } from '../live/names';
import type { Row, View } from '../live/view';

/** Addresses that are looked at, and named. */
const SAME = 40;
/** Interfaces with these addresses, and the VMs that have them: as many as the longest filter has room for. */
const MOST = 380;

export function sameFilter(macs: readonly string[]): string {
	return `MAC:|(${macs
		.slice(0, SAME)
		.map((mac) => `"${mac.replace(/[\\"]/g, '\\$&')}"`)
		.join(' ')})`;
}

/** The interfaces with some addresses. */
export function interfacesOf(macs: readonly string[]) {
	return { type: 'VIF', filter: sameFilter(macs), columns: ['MAC', '$VM'], limit: MOST };
}

/** Those of the VMs of interfaces that are no snapshots or templates. */
export function vmsOf(interfaces: readonly Row[]) {
	const ids = [...new Set(interfaces.map((row) => text(row, '$VM')))];
	return { type: 'VM', filter: idFilter(ids.slice(0, MOST)), columns: [], limit: MOST };
}

/** The addresses that more than one interface of these VMs has. */
export function shared(interfaces: readonly Row[], vms: readonly Row[]): string[] {
	const known = new Set(vms.map(({ id }) => id));
	const [once, several] = [new Set<string>(), new Set<string>()];
	for (const row of interfaces) {
		const mac = text(row, 'MAC');
		if (!known.has(text(row, '$VM'))) continue;
		if (once.has(mac)) several.add(mac);
		once.add(mac);
	}
	return [...several];
}

/** The same, of a view that counts by address. */
export function useDoubled(addresses: View): string[] {
	const counts = Object.entries(addresses.counts.MAC ?? {});
	const macs = counts.flatMap(([mac, number]) => (number > 1 ? mac : [])).join();
	const interfaces = useView(useMemo(() => (macs === '' ? undefined : interfacesOf(macs.split(','))), [macs])).rows;
	const vms = useView(useMemo(() => (interfaces.length === 0 ? undefined : vmsOf(interfaces)), [interfaces])).rows;
	return macs === '' ? [] : shared(interfaces, vms);
}
