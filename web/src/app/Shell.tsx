/** The regions around a page: rail, tree, banners, activity bar. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useLocation, useNavigate } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { withTexts } from '../i18n';
import { ActionsProvider, useRun } from '../list/Actions';
import type { NounId } from '../list/noun';
import { useRecordNews } from '../live/records';
import { StaleBanner } from '../pool/StaleBanner';
import { ActivityBar } from '../task/ActivityBar';
import { ConfirmProvider } from '../ui/Confirm';
import { useKept } from '../ui/kept';
import { useKeys } from '../ui/keys';
import { useAfterPaint } from '../ui/painted';
import { ConnectionBanner } from './ConnectionBanner';
import { useOpenPage } from './PageLink';
import { isBare } from './pages';
import { Rail } from './Rail';
import { Sections } from './Sections';
import css from './Shell.module.css';

const Toasts = lazy(() => persistently(() => import('../ui/Toasts')));
const KeyboardHelp = lazy(() => withTexts(import('./KeyboardHelp')));
const TreePane = lazy(() => withTexts(import('../tree/TreePane')).then((module) => ({ default: module.TreePane })));
const Palette = lazy(() => withTexts(import('../palette/Palette')).then((module) => ({ default: module.Palette })));

/** How soon a letter must follow `g` or `c`, in ms. */
const GO_WITHIN = 1500;
/** Where `g` and a letter lead, as in the original. */
const GO: readonly [string, NounId][] = [
	['v', 'vms'],
	['h', 'hosts'],
	['p', 'pools'],
	['s', 'srs'],
	['n', 'networks'],
	['t', 'tasks'],
];

/** When a part that could not be fetched is fetched again, in ms. */
const AGAIN = 2000;

/** Keys of actions on what the page is about, as `list/registry.ts` has them. */
const ACTS = ['e', 'm', 'r'];

/** The shell with what only signed-in pages need: questions to the server, questions to the person, toasts. */
export function Shell({ children }: { children: ReactNode }) {
	const [queries] = useState(() => new QueryClient());
	const { pathname } = useLocation();
	const isPainted = useAfterPaint();
	useEffect(() => {
		if (isPainted) void warm();
	}, [isPainted]);
	useRecordNews(queries);
	return (
		<QueryClientProvider client={queries}>
			<ConfirmProvider>
				<ActionsProvider>{isBare(pathname) ? <Bare>{children}</Bare> : <Regions>{children}</Regions>}</ActionsProvider>
			</ConfirmProvider>
			{isPainted && (
				<Suspense>
					<Toasts />
				</Suspense>
			)}
		</QueryClientProvider>
	);
}

/** A page that stands alone. */
function Bare({ children }: { children: ReactNode }) {
	return (
		<div className={css.bare}>
			<ConnectionBanner />
			<main className={css.content}>
				<Suspense>{children}</Suspense>
			</main>
		</div>
	);
}

function Regions({ children }: { children: ReactNode }) {
	const { t } = useTranslation();
	const [help, setHelp] = useState(false);
	const [searching, setSearching] = useState(false);
	const [tree, setTree] = useKept('tree.shown', 'no');
	const navigate = useNavigate();
	const openPage = useOpenPage();
	const run = useRun();
	const act = (key: string) => void withTexts(import('../list/registry')).then(({ keyed }) => keyed(key, run));
	const begun = useRef({ by: '', at: 0 });
	const begin = (by: string) => () => {
		begun.current = { by, at: Date.now() };
	};
	const follow = (key: string) => {
		if (Date.now() - begun.current.at > GO_WITHIN) return;
		const list = GO.find(([letter]) => letter === key)?.[1];
		if (begun.current.by === 'c' && key === 'v') openPage('/new/vm');
		else if (begun.current.by === 'g' && list !== undefined)
			void navigate({ to: '/$list', params: { list }, search: {} });
	};
	const toggleTree = () => setTree(tree === 'yes' ? 'no' : 'yes');
	useKeys([
		['?', () => setHelp(true)],
		['g', begin('g')],
		['c', begin('c')],
		...GO.map(([key]) => [key, () => follow(key)] as const),
		...ACTS.map((key) => [key, () => act(key)] as const),
	]);
	useEffect(() => {
		const press = (event: KeyboardEvent) => {
			if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey)
				return;
			event.preventDefault();
			setSearching(true);
		};
		document.addEventListener('keydown', press);
		return () => document.removeEventListener('keydown', press);
	}, []);
	return (
		<div className={css.shell} data-tree={tree === 'yes' || undefined}>
			<button className={css.skip} onClick={skip} type="button">
				{t('place.skip')}
			</button>
			<Rail
				onHelp={() => setHelp(true)}
				onSearch={() => setSearching(true)}
				onTree={toggleTree}
				tree={tree === 'yes'}
			/>
			{tree === 'yes' && (
				<Suspense fallback={<div className={css.tree} />}>
					<div className={css.tree}>
						<TreePane onClose={() => setTree('no')} />
					</div>
				</Suspense>
			)}
			<div className={css.page}>
				<ConnectionBanner />
				<StaleBanner />
				<Sections />
				<div className={css.content} id="content" tabIndex={-1}>
					<Suspense>{children}</Suspense>
				</div>
			</div>
			<ActivityBar />
			{help && (
				<Suspense>
					<KeyboardHelp onClose={() => setHelp(false)} />
				</Suspense>
			)}
			{searching && (
				<Suspense>
					<Palette onClose={() => setSearching(false)} />
				</Suspense>
			)}
		</div>
	);
}

/** Fetches what the whole page stands or falls with, again after a while when the server is away. */
async function persistently<T>(fetched: () => Promise<T>): Promise<T> {
	for (;;) {
		try {
			return await fetched();
		} catch {
			await new Promise((resolve) => setTimeout(resolve, AGAIN));
		}
	}
}

/** Fetches what people reach for, so that it is there at once, and when the connection is not. */
function warm() {
	const parts = Promise.all([
		import('../list/Drawer'),
		import('../list/RowMenu'),
		import('../list/run'),
		import('../list/SelectionActions'),
		import('../ui/ConfirmDialog'),
		import('../ui/PlacedMenu'),
		import('../ui/Toasts'),
		import('../vm/VmDetails'),
		import('../palette/Palette'),
	]);
	return withTexts(parts).catch(() => undefined);
}

/** No link: the part of the address after `#` is that of the page. */
function skip() {
	document.getElementById('content')?.focus();
}
