/** The addresses of pages. They stand after `#`; addresses of the original's older interface lead to their like here. */
import {
	createHashHistory,
	createRootRoute,
	createRoute,
	createRouter,
	lazyRouteComponent,
	redirect,
} from '@tanstack/react-router';
import { withTexts } from '../i18n';
import type { NounId } from '../list/noun';
import { readListSearch } from '../list/search';
import { Waiting } from '../ui/Waiting';
import { App } from './App';
import { Failed, Missing } from './Missing';
import { LISTS, listOfType } from './nouns';
import { OLD_PAGES, PAGES } from './pages';

const root = createRootRoute({
	component: App,
	notFoundComponent: Missing,
	errorComponent: Failed,
});

const home = createRoute({
	getParentRoute: () => root,
	path: '/',
	beforeLoad: () => {
		throw redirect({ to: '/dashboard', replace: true } as never);
	},
});

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

const texts = (search: Record<string, unknown>) =>
	Object.fromEntries(Object.entries(search).filter((entry): entry is [string, string] => text(entry[1]) !== undefined));

function isList(name: string): name is NounId {
	return LISTS.some(({ id }) => id === name);
}

/** `#/vms`, `#/hosts`: the list of a noun. */
const list = createRoute({
	getParentRoute: () => root,
	path: '/$list',
	params: {
		parse: ({ list }) => {
			if (!isList(list)) throw redirect({ to: '/missing', replace: true });
			return { list };
		},
		stringify: ({ list }) => ({ list }),
	},
	validateSearch: readListSearch,
	component: lazyRouteComponent(() => import('./NounPage'), 'NounPage'),
});

/** Addresses of the original name some lists otherwise. */
const OLD_NAMES: Record<string, NounId> = { 'vm-templates': 'templates', storages: 'srs', network: 'networks' };

/** `#/vms/<id>` and `#/vms/<id>/snapshots`: an object and a section of its page, mostly named as in the original. */
const object = createRoute({
	getParentRoute: () => root,
	path: '/$list/$id',
	params: {
		parse: ({ list, id }) => {
			const name = OLD_NAMES[list] ?? list;
			if (!isList(name)) throw redirect({ to: '/missing', replace: true });
			return { list: name, id };
		},
		stringify: ({ list, id }) => ({ list, id }),
	},
	component: lazyRouteComponent(() => withTexts(import('./ObjectPage')), 'ObjectPage'),
});

/** A section that a page does not have shows its summary. Those that are no lists have words of their own. */
const objectSection = createRoute({
	getParentRoute: () => object,
	path: '/$section',
	validateSearch: (search: Record<string, unknown>) => ({ ...texts(search), ...readListSearch(search) }),
});

const pages = PAGES.map(({ path, load }) =>
	createRoute({
		getParentRoute: () => root,
		path,
		validateSearch: texts,
		component: lazyRouteComponent(() => withTexts(load())),
	}),
);

const oldPages = Object.entries(OLD_PAGES).map(([path, to]) =>
	createRoute({
		getParentRoute: () => root,
		path,
		validateSearch: texts,
		beforeLoad: ({ search }) => {
			throw redirect({ to, search, replace: true } as never);
		},
	}),
);

/** `#/home?t=VM&s=<filter>`, as the original has it. */
const oldHome = createRoute({
	getParentRoute: () => root,
	path: '/home',
	validateSearch: (search: Record<string, unknown>) => ({ s: text(search.s), t: text(search.t) }),
	beforeLoad: ({ search }) => {
		const to = listOfType(search.t ?? 'VM')?.id ?? 'vms';
		throw redirect({ to: '/$list', params: { list: to }, search: { s: search.s }, replace: true });
	},
});

const missing = createRoute({ getParentRoute: () => root, path: '/missing', component: Missing });

export const router = createRouter({
	routeTree: root.addChildren([
		home,
		list,
		object.addChildren([objectSection]),
		oldHome,
		missing,
		...pages,
		...oldPages,
	]),
	history: createHashHistory(),
	// Plain text, so that a filter such as `32` or `true` stays text.
	parseSearch: (search) => Object.fromEntries(new URLSearchParams(search)),
	stringifySearch: (search) => {
		const entries = Object.entries(search).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
		return entries.length === 0 ? '' : `?${new URLSearchParams(entries)}`;
	},
	defaultPreload: 'intent',
	defaultPendingComponent: Waiting,
	defaultPendingMs: 400,
	defaultPendingMinMs: 0,
});

declare module '@tanstack/react-router' {
	interface Register {
		router: typeof router;
	}
}
