/** Every noun that has a list: where it is, and in which section of the rail. Its declaration is fetched with its page. */
import type { Key } from '../i18n';
import type { Noun, NounId } from '../list/noun';
import {
	AlarmIcon,
	DiskIcon,
	HostIcon,
	type Icon,
	NetworkIcon,
	PifIcon,
	PoolIcon,
	SnapshotIcon,
	SrIcon,
	TaskIcon,
	TemplateIcon,
	VifIcon,
	VmIcon,
} from '../ui/icons';

export interface ListPlace {
	id: NounId;
	/** The wire's type, as old addresses and searches name it. */
	type: string;
	title: Key;
	icon: Icon;
	load: () => Promise<Noun>;
}

export const LISTS: readonly ListPlace[] = [
	{ id: 'vms', type: 'VM', title: 'vm.title', icon: VmIcon, load: () => import('../vm/noun').then(({ vms }) => vms) },
	{
		id: 'templates',
		type: 'VM-template',
		title: 'template.title',
		icon: TemplateIcon,
		load: () => import('../vm/templates').then(({ templates }) => templates),
	},
	{
		id: 'snapshots',
		type: 'VM-snapshot',
		title: 'snapshot.title',
		icon: SnapshotIcon,
		load: () => import('../vm/snapshots').then(({ snapshots }) => snapshots),
	},
	{
		id: 'hosts',
		type: 'host',
		title: 'host.title',
		icon: HostIcon,
		load: () => import('../host/noun').then(({ hosts }) => hosts),
	},
	{
		id: 'pools',
		type: 'pool',
		title: 'pool.title',
		icon: PoolIcon,
		load: () => import('../pool/noun').then(({ pools }) => pools),
	},
	{ id: 'srs', type: 'SR', title: 'sr.title', icon: SrIcon, load: () => import('../sr/noun').then(({ srs }) => srs) },
	{
		id: 'vdis',
		type: 'VDI',
		title: 'vdi.title',
		icon: DiskIcon,
		load: () => import('../vdi/noun').then(({ vdis }) => vdis),
	},
	{
		id: 'networks',
		type: 'network',
		title: 'network.title',
		icon: NetworkIcon,
		load: () => import('../network/noun').then(({ networks }) => networks),
	},
	{
		id: 'vifs',
		type: 'VIF',
		title: 'vif.title',
		icon: VifIcon,
		load: () => import('../network/vifs').then(({ vifs }) => vifs),
	},
	{
		id: 'pifs',
		type: 'PIF',
		title: 'pif.title',
		icon: PifIcon,
		load: () => import('../network/pifs').then(({ pifs }) => pifs),
	},
	{
		id: 'tasks',
		type: 'task',
		title: 'task.title',
		icon: TaskIcon,
		load: () => import('../task/noun').then(({ tasks }) => tasks),
	},
	{
		id: 'messages',
		type: 'message',
		title: 'message.title',
		icon: AlarmIcon,
		load: () => import('../message/noun').then(({ messages }) => messages),
	},
];

/** Lists that stand on pages of objects only. */
export const PARTS: readonly ListPlace[] = [
	{
		id: 'vbds',
		type: 'VBD',
		title: 'vbd.title',
		icon: DiskIcon,
		load: () => import('../vdi/vbds').then(({ vbds }) => vbds),
	},
	{
		id: 'pbds',
		type: 'PBD',
		title: 'sr.title',
		icon: SrIcon,
		load: () => import('../sr/pbds').then(({ pbds }) => pbds),
	},
	{
		id: 'vdi-snapshots',
		type: 'VDI-snapshot',
		title: 'snapshot.title',
		icon: SnapshotIcon,
		load: () => import('../vdi/snapshots').then(({ vdiSnapshots }) => vdiSnapshots),
	},
];

/** The sections of the rail, with the lists that belong together. */
export const SECTIONS: readonly { label: Key; icon: Icon; lists: readonly NounId[] }[] = [
	{ label: 'place.vms', icon: VmIcon, lists: ['vms', 'templates', 'snapshots'] },
	{ label: 'place.hosts', icon: HostIcon, lists: ['hosts', 'pools'] },
	{ label: 'place.storage', icon: SrIcon, lists: ['srs', 'vdis'] },
	{ label: 'place.networks', icon: NetworkIcon, lists: ['networks', 'vifs', 'pifs'] },
	{ label: 'place.activity', icon: TaskIcon, lists: ['tasks', 'messages'] },
];

export function listOf(id: NounId): ListPlace | undefined {
	return LISTS.find((list) => list.id === id) ?? PARTS.find((list) => list.id === id);
}

/** The list that holds objects of a type; control domains are seen with their host. */
export function listOfType(type: string): ListPlace | undefined {
	return LISTS.find((list) => list.type === type);
}
