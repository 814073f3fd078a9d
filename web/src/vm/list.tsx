/** The list of virtual machines: what the first page shows. What can be done with one is in `noun.tsx`, and comes after. */
import {
	bytesColumn,
	countColumn,
	nameColumn,
	numberColumn,
	PlaceValue,
	poolColumn,
	poolFacet,
	Ref,
	tagsColumn,
	tagsFacet,
	textColumn,
	timeColumn,
} from '../list/cells';
import { loadColumn } from '../list/LoadCell';
import { type Noun, nameLabel, text } from '../list/noun';
import { AddIcon, UploadIcon, VmIcon } from '../ui/icons';
import { StateLabel, StateValue } from './state';

export const vmList: Noun = {
	id: 'vms',
	type: 'VM',
	icon: VmIcon,
	title: 'vm.title',
	one: 'vm.one',
	counted: 'vm.counted',
	sort: 'name',
	needs: ['name_label', 'power_state', 'current_operations', 'blockedOperations', '$pool', '$container'],
	name: nameLabel,
	drags: true,
	set: 'vm.set',
	adds: [
		{ id: 'new', label: 'vm.new', icon: AddIcon, page: { path: '/new/vm' } },
		{ id: 'import', label: 'vm.import', icon: UploadIcon, page: { path: '/import' } },
	],
	columns: [
		nameColumn(),
		{
			id: 'state',
			label: 'column.state',
			card: 'left',
			min: 140,
			grow: 0,
			sort: 'power_state',
			needs: ['power_state', 'current_operations'],
			cell: (row) => <StateLabel row={row} />,
			text: (row) => text(row, 'power_state'),
		},
		{
			id: 'host',
			label: 'column.host',
			card: 'middle',
			min: 104,
			grow: 1.2,
			sort: '$container>name_label',
			needs: ['$container', 'power_state'],
			cell: (row) => (
				<span style={row.power_state === 'Halted' ? { color: 'var(--dim)' } : undefined}>
					<Ref id={text(row, '$container')} sort="place" />
				</span>
			),
		},
		poolColumn,
		numberColumn('vcpu', 'column.vcpu', 'CPUs.number', { card: 'number', min: 64, unit: 'vCPU' }),
		bytesColumn('ram', 'column.ram', 'memory.size', { card: 'last', min: 92 }),
		loadColumn,
		textColumn('ip', 'column.ip', 'mainIpAddress', { card: 'right', min: 138, grow: 0 }),
		textColumn('os', 'column.os', 'os_version.name', { min: 140, grow: 1.5, hidden: true }),
		countColumn('snapshots', 'column.snapshots', 'snapshots', { min: 104, hidden: true }),
		timeColumn('started', 'column.started', 'startTime', { hidden: true }),
		timeColumn('installed', 'column.installed', 'installTime', { hidden: true }),
		tagsColumn(),
	],
	facets: [
		{ property: 'power_state', label: 'column.state', Value: StateValue, inline: true },
		{ property: '$container', label: 'column.host', Value: PlaceValue, names: 'place' },
		poolFacet,
		tagsFacet,
		{ property: 'os_version.distro', label: 'column.os' },
	],
	example: 'web, power_state:running, tags:prod',
	properties: ['name_label', 'name_description', 'mainIpAddress', 'CPUs', 'memory', 'uuid', 'auto_poweron'],
	actions: [],
};
