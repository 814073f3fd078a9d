/** Virtual machines. */
import { allowed } from '../api/allowed';
import { lazySection } from '../app/lazy';
import type { Noun } from '../list/noun';
import { within } from '../live/listing';
import { VM_ACTIONS } from './actions';
import { vmList } from './list';

export const vms: Noun = {
	...vmList,
	sections: [
		{ id: 'console', label: 'object.console', Page: lazySection(() => import('../console/VmConsole')) },
		{ id: 'disks', label: 'vdi.title', list: 'vbds', scope: (id) => within('', 'VM', id), adds: true },
		{ id: 'network', label: 'vif.title', list: 'vifs', scope: (id) => within('', '$VM', id), adds: true },
		{
			id: 'snapshots',
			label: 'snapshot.title',
			Page: lazySection(() => import('./snapshots/SnapshotsSection')),
		},
		{ id: 'stats', label: 'object.performance', Page: lazySection(() => import('../stats/VmPerformance')) },
		{ id: 'advanced', label: 'vmConfig.title', Page: lazySection(() => import('./config/ConfigSection')) },
		{ id: 'logs', label: 'object.activity', Page: lazySection(() => import('../activity/VmActivity')) },
	],
	actions: VM_ACTIONS.map((action) => ({ ...action, allowed: (row) => allowed(action.verb, row) })),
	Tiles: lazySection(() => import('../stats/VmTiles')),
	Details: lazySection(() => import('./VmDetails').then((module) => ({ default: module.VmDetails }))),
};
