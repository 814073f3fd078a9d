/** Pages that are no list of objects: where each is, who sees it, and what fetches it. */
import type { ComponentType } from 'react';
import type { Key } from '../i18n';
import { AddIcon, type Icon, OverviewIcon, TerminalIcon, UploadIcon } from '../ui/icons';

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
		path: '/import',
		title: 'import.title',
		icon: UploadIcon,
		offered: true,
		load: () => import('../import/ImportPage'),
	},
];

/** Addresses that the original has for the same. */
export const OLD_PAGES: Readonly<Record<`/${string}`, `/${string}`>> = {
	'/settings/servers': '/servers',
	'/import/vm': '/import',
	'/import/disk': '/import',
	'/vms/new': '/new/vm',
	'/dashboard/overview': '/dashboard',
	'/dashboard/health': '/dashboard',
};

/** Whether the page of an address stands alone. */
export function isBare(path: string): boolean {
	return PAGES.some((page) => page.path === path && page.bare === true);
}
