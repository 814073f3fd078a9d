/** Pools. */
import { lazySection } from '../app/lazy';
import {
	nameColumn,
	numberColumn,
	refColumn,
	tagsColumn,
	tagsFacet,
	textColumn,
	YesNoValue,
	yesNoColumn,
} from '../list/cells';
import { type Noun, nameLabel } from '../list/noun';
import { within } from '../live/listing';
import { PoolIcon } from '../ui/icons';
import { newVm } from '../vm/newVmAction';
import { actions } from './actions';

export const pools: Noun = {
	id: 'pools',
	type: 'pool',
	icon: PoolIcon,
	title: 'pool.title',
	one: 'pool.one',
	counted: 'pool.counted',
	sort: 'name',
	needs: ['name_label', '$pool', 'master', 'HA_enabled'],
	name: nameLabel,
	set: 'pool.set',
	columns: [
		nameColumn(),
		refColumn('master', 'pool.master', 'place', 'master', { card: 'left' }),
		numberColumn('cores', 'host.cores', 'cpus.cores', { card: 'last' }),
		yesNoColumn('ha', 'vm.ha', 'HA_enabled', { card: 'number', min: 150 }),
		yesNoColumn('autoStart', 'pool.autoStart', 'auto_poweron', { hidden: true, min: 150 }),
		textColumn('version', 'column.version', 'platform_version', { min: 90, grow: 0 }),
		refColumn('sr', 'pool.defaultSr', 'SR', 'default_SR', { card: 'right' }),
		tagsColumn(),
	],
	facets: [{ property: 'HA_enabled', label: 'vm.ha', Value: YesNoValue, inline: true }, tagsFacet],
	example: 'paris, HA_enabled?',
	properties: ['name_label', 'name_description', 'uuid'],
	sections: [
		{ id: 'hosts', label: 'host.title', list: 'hosts', scope: (id) => within('', '$pool', id) },
		{ id: 'vms', label: 'vm.title', list: 'vms', scope: (id) => within('', '$pool', id) },
		{ id: 'storage', label: 'sr.title', list: 'srs', scope: (id) => within('', '$pool', id), adds: true },
		{
			id: 'network',
			label: 'network.title',
			list: 'networks',
			scope: (id) => within('', '$pool', id),
			adds: true,
		},
		{ id: 'patches', label: 'object.patches', Page: lazySection(() => import('../patch/PoolPatches')) },
		{ id: 'stats', label: 'object.performance', Page: lazySection(() => import('../stats/PoolPerformance')) },
		{ id: 'advanced', label: 'object.config', Page: lazySection(() => import('./PoolConfig')) },
		{ id: 'logs', label: 'object.activity', Page: lazySection(() => import('../activity/PoolActivity')) },
	],
	actions: [...actions, newVm('pool')],
};
