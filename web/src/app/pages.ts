/** Pages that are no list of objects: where each is, who sees it, and what fetches it. */
import type { ComponentType } from 'react';
import type { Key } from '../i18n';
import {
	AddIcon,
	type Icon,
	NetworkIcon,
	OverviewIcon,
	PoolIcon,
	SrIcon,
	TerminalIcon,
	TreemapIcon,
	UploadIcon,
	UserIcon,
} from '../ui/icons';

export interface Page {
	/** Its address after `#`; its search parameters are texts. */
	path: `/${string}`;
	title: Key;
	icon: Icon;
	/** Shown to administrators only; the server refuses others in any case. */
	admin?: true;
	/** Whether the palette offers it; pages that need to know of an object are opened from there. */
	offered: boolean;
	/** Stands alone, without rail and bars: a window of its own. */
	bare?: true;
	/** The module's default export is the page. */
	load: () => Promise<{ default: ComponentType }>;
}

const ofAdmin = (name: keyof typeof import('./admin')) => async () => ({ default: (await import('./admin'))[name] });

/** What administrators look after, in the order of the section. */
export const ADMIN: readonly Page[] = [
	{
		path: '/servers',
		title: 'place.servers',
		icon: PoolIcon,
		admin: true,
		offered: true,
		load: ofAdmin('Servers'),
	},
	{
		path: '/users',
		title: 'place.users',
		icon: PoolIcon,
		admin: true,
		offered: true,
		load: ofAdmin('Users'),
	},
	{
		path: '/groups',
		title: 'place.groups',
		icon: PoolIcon,
		admin: true,
		offered: true,
		load: ofAdmin('Groups'),
	},
	{
		path: '/acls',
		title: 'place.acls',
		icon: PoolIcon,
		admin: true,
		offered: true,
		load: ofAdmin('Acls'),
	},
	{
		path: '/roles',
		title: 'place.roles',
		icon: PoolIcon,
		admin: true,
		offered: true,
		load: ofAdmin('Roles'),
	},
	{
		path: '/tokens',
		title: 'place.tokens',
		icon: PoolIcon,
		offered: true,
		load: ofAdmin('Tokens'),
	},
	{
		path: '/journal',
		title: 'place.journal',
		icon: PoolIcon,
		admin: true,
		offered: true,
		load: ofAdmin('Journal'),
	},
	{
		path: '/about',
		title: 'place.about',
		icon: PoolIcon,
		offered: true,
		load: ofAdmin('About'),
	},
];

export const PAGES: readonly Page[] = [
	{ path: '/new/vm', title: 'vm.new', icon: AddIcon, offered: true, load: () => import('../vm/new/NewVmPage') },
	{
		path: '/console',
		title: 'object.console',
		icon: TerminalIcon,
		offered: false,
		bare: true,
		load: () => import('../console/ConsolePage'),
	},
	{
		path: '/dashboard',
		title: 'overview.title',
		icon: OverviewIcon,
		offered: true,
		load: () => import('../overview/OverviewPage'),
	},
	{
		path: '/new/network',
		title: 'network.new',
		icon: NetworkIcon,
		offered: true,
		load: () => import('../network/NewNetworkPage'),
	},
	{ path: '/new/sr', title: 'sr.new', icon: SrIcon, offered: true, load: () => import('../sr/new/NewSrPage') },
	{
		path: '/import',
		title: 'import.title',
		icon: UploadIcon,
		offered: true,
		load: () => import('../import/ImportPage'),
	},
	...ADMIN,
	{
		path: '/user',
		title: 'place.profile',
		icon: UserIcon,
		offered: true,
		load: ofAdmin('Profile'),
	},
	{
		path: '/visualization',
		title: 'capacity.title',
		icon: TreemapIcon,
		offered: true,
		load: () => import('../capacity/VisualizationPage'),
	},
];

/** Addresses that the original has for the same. */
export const OLD_PAGES: Readonly<Record<`/${string}`, `/${string}`>> = {
	'/settings/servers': '/servers',
	'/import/vm': '/import',
	'/import/disk': '/import',
	'/settings/users': '/users',
	'/settings/groups': '/groups',
	'/settings/acls': '/acls',
	'/settings/logs': '/journal',
	'/settings/audit': '/journal',
	'/audit': '/journal',
	'/vms/new': '/new/vm',
	'/dashboard/overview': '/dashboard',
	'/dashboard/health': '/dashboard',
	'/dashboard/visualizations': '/visualization',
};

/** Whether the page of an address stands alone. */
export function isBare(path: string): boolean {
	return PAGES.some((page) => page.path === path && page.bare === true);
}
