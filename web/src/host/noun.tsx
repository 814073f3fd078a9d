/** Hosts. */
import { lazySection } from '../app/lazy';
import {
	nameColumn,
	numberColumn,
	poolFacet,
	refColumn,
	tagsColumn,
	tagsFacet,
	textColumn,
	timeColumn,
	usageColumn,
	YesNo,
	YesNoValue,
} from '../list/cells';
import { loadColumn } from '../list/LoadCell';
import { type Noun, nameLabel } from '../list/noun';
import { within } from '../live/listing';
import { HostIcon } from '../ui/icons';
import { newVm } from '../vm/newVmAction';
import { StateLabel, StateValue } from '../vm/state';
import { actions } from './actions';

export const hosts: Noun = {
	id: 'hosts',
	type: 'host',
	icon: HostIcon,
	title: 'host.title',
	one: 'host.one',
	counted: 'host.counted',
	sort: 'name',
	needs: ['name_label', 'power_state', 'enabled', '$pool'],
	name: nameLabel,
	set: 'host.set',
	columns: [
		nameColumn(),
		{
			id: 'state',
			label: 'column.state',
			card: 'left',
			min: 120,
			grow: 0,
			sort: 'power_state',
			needs: ['power_state', 'current_operations'],
			cell: (row) => <StateLabel row={row} />,
		},
		{
			id: 'enabled',
			label: 'host.takesVms',
			min: 110,
			grow: 0,
			sort: 'enabled',
			needs: ['enabled'],
			cell: (row) => <YesNo value={row.enabled === true} />,
		},
		refColumn('pool', 'column.pool', 'place', '$pool', { card: 'middle' }),
		textColumn('address', 'column.address', 'address', { card: 'right', min: 130, grow: 0 }),
		usageColumn('ram', 'column.ram', 'memory.usage', 'memory.size', { card: 'last', min: 190 }),
		numberColumn('cores', 'host.cores', 'cpus.cores', { card: 'number' }),
		loadColumn,
		textColumn('model', 'host.model', 'CPUs.modelname', { hidden: true, grow: 2 }),
		textColumn('version', 'column.version', 'version', { min: 90, grow: 0 }),
		textColumn('product', 'host.product', 'productBrand', { hidden: true }),
		timeColumn('started', 'column.started', 'startTime', { hidden: true }),
		tagsColumn(),
	],
	facets: [
		{ property: 'power_state', label: 'column.state', Value: StateValue, inline: true },
		{ property: 'enabled', label: 'host.takesVms', Value: YesNoValue },
		poolFacet,
		{ property: 'version', label: 'column.version' },
		tagsFacet,
	],
	example: 'xen1, power_state:running, version:8.3',
	properties: ['name_label', 'name_description', 'address', 'hostname', 'memory', 'cpus', 'uuid'],
	sections: [
		{ id: 'console', label: 'object.console', Page: lazySection(() => import('../console/HostConsole')) },
		{ id: 'vms', label: 'vm.title', list: 'vms', scope: (id) => within('', '$container', id) },
		{ id: 'network', label: 'pif.title', list: 'pifs', scope: (id) => within('', '$host', id) },
		{ id: 'storage', label: 'sr.title', Page: lazySection(() => import('./HostStorage')) },
		{ id: 'patches', label: 'object.patches', Page: lazySection(() => import('../patch/HostPatches')) },
		{ id: 'stats', label: 'object.performance', Page: lazySection(() => import('../stats/HostPerformance')) },
		{ id: 'advanced', label: 'object.config', Page: lazySection(() => import('./HostConfig')) },
		{ id: 'hardware', label: 'object.hardware', Page: lazySection(() => import('./HostHardware')) },
		{ id: 'logs', label: 'object.activity', Page: lazySection(() => import('../activity/HostActivity')) },
	],
	Tiles: lazySection(() => import('../stats/HostTiles')),
	actions: [...actions, newVm('host')],
};
