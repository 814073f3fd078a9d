/** What can be done to pools. */
import { lazyDialog } from '../app/lazy';
import type { Action } from '../list/noun';
import { StarIcon } from '../ui/icons';

export const actions: readonly Action[] = [
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
