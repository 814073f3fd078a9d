import type { Key } from '../i18n';
import { type Icon, OverviewIcon, PoolIcon } from '../ui/icons';
import { SECTIONS } from './nouns';
import { ADMIN } from './pages';

/** A section of the interface, as the rail leads to it. */
export interface Destination {
	to: `/${string}`;
	label: Key;
	icon: Icon;
	/** Whether the page is in it. */
	current: boolean;
}

export function destinations(path: string, isAdmin: boolean): Destination[] {
	const here = `/${path.split('/')[1]}`;
	const sections = SECTIONS.map(({ label, icon, lists: [first = 'vms', ...others] }) => ({
		to: `/${first}` as const,
		label,
		icon,
		current: [first, ...others].some((list) => `/${list}` === here),
	}));
	const admin: Destination = {
		to: '/servers',
		label: 'place.admin',
		icon: PoolIcon,
		current: ADMIN.some((page) => page.path === here),
	};
	return [
		{ to: '/dashboard', label: 'overview.title', icon: OverviewIcon, current: here === '/dashboard' },
		...sections,
		...(isAdmin ? [admin] : []),
	];
}
