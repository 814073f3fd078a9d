import { lazyDialog } from '../app/lazy';
import type { Add, AddProps } from '../list/noun';
import { AddIcon } from '../ui/icons';

/** Another network, of a pool where the list is one of its sections. */
export const NETWORK_ADDS: readonly Add[] = [
	{ id: 'new', label: 'network.new', icon: AddIcon, page: { path: '/new/network', of: 'pool' } },
];

/** Another interface of a VM. */
export const VIF_ADDS: readonly Add[] = [
	{ id: 'new', label: 'vif.new', icon: AddIcon, Dialog: lazyDialog<AddProps>(() => import('./NewVif')) },
];
