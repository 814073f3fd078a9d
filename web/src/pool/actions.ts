/** What can be done to pools. */
import { lazyDialog } from '../app/lazy';
import type { Action } from '../list/noun';
import { PackageIcon, RollingIcon, StarIcon } from '../ui/icons';

const rolling = lazyDialog(() => import('./rolling/RollingDialog'));

export const actions: readonly Action[] = [
	{
		id: 'rollingUpdate',
		method: 'pool.rollingUpdate',
		principal: 'pool',
		Dialog: rolling,
		label: 'poolAction.rollingUpdate.label',
		doing: 'poolAction.rollingUpdate.doing',
		done: 'poolAction.rollingUpdate.done',
		icon: PackageIcon,
		main: true,
	},
	{
		id: 'rollingReboot',
		method: 'pool.rollingReboot',
		principal: 'pool',
		Dialog: rolling,
		label: 'poolAction.rollingReboot.label',
		doing: 'poolAction.rollingReboot.doing',
		done: 'poolAction.rollingReboot.done',
		icon: RollingIcon,
		main: true,
	},
	{
		id: 'defaultSr',
		method: 'pool.setDefaultSr',
		Dialog: lazyDialog(() => import('./DefaultSrDialog')),
		label: 'poolAction.defaultSr',
		doing: 'poolAction.defaultSr',
		done: 'poolAction.defaultSr',
		icon: StarIcon,
	},
];
