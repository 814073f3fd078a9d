/** What is not as it should be, found by filters that the server keeps; each with the list of those and what mends it. */
import { useMemo } from 'react';
import type { Key } from '../i18n';
import { type NounId, text } from '../list/noun';
import type { Target } from '../list/target';
import { useView } from '../live/hooks';
import { idFilter } from '../live/names';
import type { Row } from '../live/view';
import { sameFilter, useDoubled } from './macs';

export interface Finding {
	id: string;
	level: 'bad' | 'warn';
	/** "3 disks that nothing uses". */
	label: Key;
	/** Why it matters, and what to do. */
	why: Key;
	count: number;
	list: NounId;
	/** The filter that finds those in the list. */
	filter: string;
	/** The action of the noun that mends it, for all of them at once. */
	fix?: { noun: NounId; action: string; label: Key };
}

/** Older than this, a snapshot is one that somebody forgot; days. */
const OLD = 30;
/** More snapshots of one VM than this slow its disks down. */
const MANY = 3;
const DAY = 86_400;
/** Connections of storage that are looked at; a pool that has lost more has one reason for all of them. */
const LOST = 200;

const NOTHING: string[] = [];
const count = (type: string, filter: string) => ({ type, filter, columns: NOTHING, limit: 0 });

const NO_TOOLS = 'power_state:Running !managementAgentDetected? !pvDriversDetected?';
const SNAPSHOTS = `snapshots:length:>${MANY}`;
const ORPHANS = '!$snapshot_of?';
const PLUGS = { type: 'PBD', filter: '!attached?', columns: ['SR', 'host'], limit: LOST };
const TOOLS = count('VM', NO_TOOLS);
const TOO_MANY = count('VM', SNAPSHOTS);
const ORPHANED = count('VM-snapshot', ORPHANS);
const ADDRESSES = { type: 'VIF', columns: NOTHING, limit: 0, groupBy: ['MAC'] };

/** Filter of snapshots that were forgotten; it moves once a day. */
function oldSnapshots(): string {
	const today = Math.floor(Date.now() / 1000 / DAY) * DAY;
	return `snapshot_time:<${today - OLD * DAY}`;
}

/** Disks without a VM, but for those on storage of ISO images, which are lent to drives. */
function orphanDisks(srs: readonly Row[]): string {
	const isos = srs.filter(({ content_type }) => content_type === 'iso').map(({ id }) => id);
	const elsewhere = isos.length === 0 ? '' : ` !$SR:|(${isos.join(' ')})`;
	return `$VBDs:length:<1 VDI_type:/^(user|system)$/${elsewhere}`;
}

export function useFindings(hosts: readonly Row[], pools: readonly Row[], srs: readonly Row[]) {
	const old = useMemo(oldSnapshots, []);
	const orphans = useMemo(() => orphanDisks(srs), [srs]);
	const plugs = useView(PLUGS);
	const tools = useView(TOOLS).view;
	const many = useView(TOO_MANY).view;
	const orphaned = useView(ORPHANED).view;
	const stale = useView(useMemo(() => count('VM-snapshot', old), [old])).view;
	const disks = useView(useMemo(() => count('VDI', orphans), [orphans])).view;
	const addresses = useView(ADDRESSES).view;
	const unplugged = unpluggedOf(plugs.rows, hosts);
	const ids = [...new Set(unplugged.map((plug) => text(plug, 'SR')))];
	const doubled = useDoubled(addresses);
	const homeless = pools.filter((pool) => text(pool, 'default_SR') === '').map(({ id }) => id);
	const off = hosts.filter((host) => host.power_state !== 'Running').length;
	const reboots = hosts.filter((host) => host.rebootRequired === true).length;
	const settled = [plugs.view, tools, many, orphaned, stale, disks, addresses].every((view) => view.isSettled);
	const findings: Finding[] = [
		{
			id: 'off',
			level: 'bad',
			label: 'overview.found.off',
			why: 'overview.why.off',
			count: off,
			list: 'hosts',
			filter: '!power_state:Running',
			fix: { noun: 'hosts', action: 'start', label: 'overview.fix.start' },
		},
		{
			id: 'unplugged',
			level: 'bad',
			label: 'overview.found.unplugged',
			why: 'overview.why.unplugged',
			count: ids.length,
			list: 'srs',
			filter: idFilter(ids),
			fix: { noun: 'srs', action: 'connect', label: 'overview.fix.connect' },
		},
		{
			id: 'macs',
			level: 'bad',
			label: 'overview.found.macs',
			why: 'overview.why.macs',
			count: doubled.length,
			list: 'vifs',
			filter: sameFilter(doubled),
		},
		{
			id: 'reboot',
			level: 'warn',
			label: 'overview.found.reboot',
			why: 'overview.why.reboot',
			count: reboots,
			list: 'hosts',
			filter: 'rebootRequired?',
			fix: { noun: 'hosts', action: 'restart', label: 'overview.fix.reboot' },
		},
		{
			id: 'default',
			level: 'warn',
			label: 'overview.found.noDefault',
			why: 'overview.why.noDefault',
			count: homeless.length,
			list: 'pools',
			filter: '!default_SR?',
			fix: { noun: 'pools', action: 'defaultSr', label: 'overview.fix.choose' },
		},
		{
			id: 'tools',
			level: 'warn',
			label: 'overview.found.tools',
			why: 'overview.why.tools',
			count: tools.total ?? 0,
			list: 'vms',
			filter: NO_TOOLS,
		},
		{
			id: 'many',
			level: 'warn',
			label: 'overview.found.many',
			why: 'overview.why.many',
			count: many.total ?? 0,
			list: 'vms',
			filter: SNAPSHOTS,
		},
		{
			id: 'old',
			level: 'warn',
			label: 'overview.found.old',
			why: 'overview.why.old',
			count: stale.total ?? 0,
			list: 'snapshots',
			filter: old,
			fix: { noun: 'snapshots', action: 'remove', label: 'overview.fix.delete' },
		},
		{
			id: 'orphaned',
			level: 'warn',
			label: 'overview.found.orphaned',
			why: 'overview.why.orphaned',
			count: orphaned.total ?? 0,
			list: 'snapshots',
			filter: ORPHANS,
			fix: { noun: 'snapshots', action: 'remove', label: 'overview.fix.delete' },
		},
		{
			id: 'disks',
			level: 'warn',
			label: 'overview.found.disks',
			why: 'overview.why.disks',
			count: disks.total ?? 0,
			list: 'vdis',
			filter: orphans,
			fix: { noun: 'vdis', action: 'remove', label: 'overview.fix.delete' },
		},
	];
	return {
		findings: findings.filter((finding) => finding.count > 0),
		settled,
		/** Whether there are so many addresses that they are not counted one by one. */
		uncounted: addresses.isSettled && addresses.counts.MAC === null,
	};
}

/** What a fix acts on: all that the filter finds. */
export function fixTarget({ filter, count }: Finding, type: string | string[]): Target {
	return { is: 'all', type, filter, except: [], count };
}

/** A host that is off has no storage, which is no finding of its own. */
function unpluggedOf(plugs: readonly Row[], hosts: readonly Row[]): readonly Row[] {
	const off = new Set(hosts.filter((host) => host.power_state !== 'Running').map(({ id }) => id));
	return plugs.filter((plug) => !off.has(text(plug, 'host')));
}
