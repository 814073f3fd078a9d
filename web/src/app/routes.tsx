/** The addresses of pages. They stand after `#`; addresses of the original's older interface lead to their like here. */
import {
	createHashHistory,
	createRootRoute,
	createRoute,
	createRouter,
	lazyRouteComponent,
	redirect,
} from '@tanstack/react-router';
import { Message } from '../ui/Message';
import { App } from './App';

const root = createRootRoute({
	component: App,
	notFoundComponent: () => <Message title="There is no such page">Its address may be of another version.</Message>,
	errorComponent: ({ error }) => (
		<Message title="This page failed" tone="bad">
			{error instanceof Error ? error.message : String(error)}
		</Message>
	),
});

const home = createRoute({
	getParentRoute: () => root,
	path: '/',
	beforeLoad: () => {
		throw redirect({ to: '/vms', replace: true });
	},
});

export interface VmsSearch {
	/** The filter. */
	s?: string;
	/** A column, with `-` before it when descending. */
	sort?: string;
	/** The VM whose details are open. */
	vm?: string;
}

export interface PoolsSearch {
	/** Set while the form of a new connection is open. */
	add?: string;
}

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

const vms = createRoute({
	getParentRoute: () => root,
	path: '/vms',
	validateSearch: (search: Record<string, unknown>): VmsSearch => ({
		s: text(search.s),
		sort: text(search.sort),
		vm: text(search.vm),
	}),
	component: lazyRouteComponent(() => import('../vm/VmsPage'), 'VmsPage'),
});

const pools = createRoute({
	getParentRoute: () => root,
	path: '/pools',
	validateSearch: (search: Record<string, unknown>): PoolsSearch => ({ add: text(search.add) }),
	component: lazyRouteComponent(() => import('../pool/PoolsPage'), 'PoolsPage'),
});

/** `#/vms/<id>` and `#/vms/<id>/console`, as the original has them. */
const vm = createRoute({
	getParentRoute: () => root,
	path: '/vms/$id/$',
	beforeLoad: ({ params }) => {
		throw redirect({ to: '/vms', search: { vm: params.id }, replace: true });
	},
});

/** `#/home?t=VM&s=<filter>`, as the original has it. */
const oldHome = createRoute({
	getParentRoute: () => root,
	path: '/home',
	validateSearch: (search: Record<string, unknown>) => ({ s: text(search.s) }),
	beforeLoad: ({ search }) => {
		throw redirect({ to: '/vms', search: { s: search.s }, replace: true });
	},
});

export const router = createRouter({
	routeTree: root.addChildren([home, vms, vm, pools, oldHome]),
	history: createHashHistory(),
	// Plain text, so that a filter such as `32` or `true` stays text.
	parseSearch: (search) => Object.fromEntries(new URLSearchParams(search)),
	stringifySearch: (search) => {
		const entries = Object.entries(search).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
		return entries.length === 0 ? '' : `?${new URLSearchParams(entries)}`;
	},
	defaultPreload: 'intent',
});

declare module '@tanstack/react-router' {
	interface Register {
		router: typeof router;
	}
}
