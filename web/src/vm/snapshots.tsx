/** Snapshots of virtual machines. */
import {
	bytesColumn,
	nameColumn,
	poolColumn,
	poolFacet,
	refColumn,
	tagsColumn,
	tagsFacet,
	timeColumn,
	VmValue,
} from '../list/cells';
import { type Noun, nameLabel } from '../list/noun';
import { RebootIcon, RemoveIcon, SnapshotIcon } from '../ui/icons';

export const snapshots: Noun = {
	id: 'snapshots',
	type: 'VM-snapshot',
	icon: SnapshotIcon,
	title: 'snapshot.title',
	one: 'snapshot.one',
	counted: 'snapshot.counted',
	sort: '-time',
	needs: ['name_label', '$pool'],
	name: nameLabel,
	set: 'vm.set',
	columns: [
		nameColumn(),
		refColumn('vm', 'vm.one', 'VM', '$snapshot_of', { card: 'left' }),
		timeColumn('time', 'snapshot.time', 'snapshot_time', { card: 'right' }),
		bytesColumn('ram', 'column.ram', 'memory.size', { hidden: true }),
		poolColumn,
		tagsColumn(),
	],
	facets: [{ property: '$snapshot_of', label: 'vm.one', Value: VmValue, names: 'VM' }, poolFacet, tagsFacet],
	example: 'nightly, tags:weekly',
	properties: ['name_label', 'name_description', 'snapshot_time', 'uuid'],
	actions: [
		{
			id: 'revert',
			method: 'vm.revert',
			principal: 'snapshot',
			label: 'snapshot.revert.label',
			doing: 'snapshot.revert.doing',
			done: 'snapshot.revert.done',
			icon: RebootIcon,
			main: true,
			confirm: { consequence: 'snapshot.revert.ask', destroys: true },
		},
		{
			id: 'remove',
			method: 'vm.delete',
			label: 'common.remove.label',
			doing: 'common.remove.doing',
			done: 'common.remove.done',
			icon: RemoveIcon,
			main: true,
			confirm: { consequence: 'snapshot.askRemove', destroys: true },
		},
	],
};
