/** The list of VMs: what it shows is in its address (`s` the filter, `sort`, `vm` the one whose details are open). */
import { useMediaQuery } from '@mantine/hooks';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import type { Kind, VM } from '../api/objects';
import { useConnectionState, useCount, useList, useLive, usePaced } from '../live/hooks';
import { useStalePools } from '../pool/servers';
import { ColumnsMenu } from '../table/ColumnsMenu';
import { printSort, readSort, type Sort } from '../table/column';
import { DataTable, type Place } from '../table/DataTable';
import { FilterBox } from '../table/FilterBox';
import { useLayout } from '../table/layout';
import { SortMenu } from '../table/SortMenu';
import { useSelection } from '../table/selection';
import { useFilter } from '../table/useFilter';
import { count, formatNumber } from '../ui/format';
import { useKeys } from '../ui/keys';
import type { VmAction } from './actions';
import { VM_COLUMNS, VmLinks, vmOrder, vmOrders } from './columns';
import { withTag } from './facets';
import { NoVms } from './NoVms';
import { useRunVmAction } from './run';
import { StateFacets } from './StateFacets';
import { VmButtons } from './VmActions';
import { VmDrawer } from './VmDrawer';
import { type MenuAt, VmMenu } from './VmMenu';
import css from './VmsPage.module.css';

const route = getRouteApi('/vms');
/** Orders by host and by pool look at these too. */
const NAMED: readonly Kind[] = ['host', 'pool'];
/** Where the columns do not fit beside each other; with the details open, those of `VmDrawer.module.css` take room. */
const NARROW = '(max-width: 940px)';
const NARROW_BESIDE = '(max-width: 940px), (min-width: 1001px) and (max-width: 1300px)';
/** Pause after the last key before the filter goes into the address, in ms. */
const TYPING = 250;

export function VmsPage() {
	const search = route.useSearch();
	const navigate = route.useNavigate();
	const router = useRouter();
	const { store } = useLive();
	const state = useConnectionState();
	const narrow = useMediaQuery(search.vm === undefined ? NARROW : NARROW_BESIDE, false, {
		getInitialValueInEffect: false,
	});
	const total = useCount('VM');

	const [text, setText] = useFilterText(search.s ?? '', (s) =>
		navigate({ search: (before) => ({ ...before, s: s === '' ? undefined : s }), replace: true }),
	);
	const filter = useFilter(useDeferredValue(text));
	const sort = readSort(search.sort, VM_COLUMNS);
	const orders = useMemo(() => vmOrders(store), [store]);
	const order = useMemo(() => vmOrder(orders, sort.column, sort.descending), [orders, sort.column, sort.descending]);
	const ids = useList('VM', filter.keeps, order, NAMED);
	const selection = useSelection(ids);
	const [layout, setLayout] = useLayout('vms');

	const [cursor, setCursor] = useState<string>();
	const [menu, setMenu] = useState<MenuAt>();
	const box = useRef<HTMLInputElement>(null);
	const runAction = useRunVmAction();
	const run = useCallback((action: VmAction, vms: readonly VM[]) => void runAction(action, vms), [runAction]);
	const blocked = state.is === 'lost' ? 'The connection to the server is lost' : undefined;

	const open = useCallback(
		(vm: string | undefined) => navigate({ search: (before) => ({ ...before, vm }), replace: vm === undefined }),
		[navigate],
	);
	const onSort = useCallback(
		(next: Sort) => navigate({ search: (before) => ({ ...before, sort: printSort(next) }), replace: true }),
		[navigate],
	);
	const vmsOf = useCallback(
		(chosen: Iterable<string>) => [...chosen].flatMap((id) => store.get('VM', id) ?? []),
		[store],
	);
	const onMenu = useCallback(
		(id: string, at: Place) => {
			const chosen = selection.ids.has(id) ? selection.ids : [id];
			setMenu({ vms: vmsOf(chosen), at });
		},
		[selection, vmsOf],
	);
	const onTag = useCallback((tag: string) => setText((before) => withTag(before, tag)), [setText]);
	const links = useMemo(
		() => ({
			details: (vm: string) => router.buildLocation({ to: '/vms', search: { vm } }).publicHref,
			onTag,
		}),
		[router, onTag],
	);

	const step = (by: number, extend = false) => {
		const from = cursor === undefined ? -1 : ids.indexOf(cursor);
		const to = ids[Math.max(0, Math.min(ids.length - 1, from + by))];
		if (to === undefined) return;
		if (extend) {
			if (cursor !== undefined && !selection.ids.has(cursor)) selection.toggle(cursor);
			selection.extendTo(to);
		}
		setCursor(to);
		if (search.vm !== undefined) void navigate({ search: (before) => ({ ...before, vm: to }), replace: true });
	};
	const openMenu = () => {
		const place = cursor === undefined ? undefined : document.getElementById(`row-${cursor}`)?.getBoundingClientRect();
		if (cursor !== undefined && place !== undefined) onMenu(cursor, { x: place.left + 48, y: place.bottom });
	};
	useKeys([
		['/', () => box.current?.select()],
		['j', () => step(1)],
		['ArrowDown', () => step(1)],
		['k', () => step(-1)],
		['ArrowUp', () => step(-1)],
		['Shift+j', () => step(1, true)],
		['Shift+ArrowDown', () => step(1, true)],
		['Shift+k', () => step(-1, true)],
		['Shift+ArrowUp', () => step(-1, true)],
		['PageDown', () => step(20)],
		['PageUp', () => step(-20)],
		['Home', () => step(-ids.length)],
		['End', () => step(ids.length)],
		['x', () => cursor !== undefined && selection.toggle(cursor)],
		['Enter', () => cursor !== undefined && open(cursor)],
		['.', openMenu],
		['Escape', () => (search.vm === undefined ? selection.clear() : open(undefined))],
	]);

	const stalePools = useStalePools();
	const everythingStale = state.is === 'lost';
	const isStale = useCallback((vm: VM) => everythingStale || stalePools.has(vm.$pool), [everythingStale, stalePools]);
	const selected = usePaced(
		'VM',
		useCallback(() => vmsOf(selection.ids), [selection.ids, vmsOf]),
	);

	return (
		<VmLinks value={links}>
			<title>{`${search.s === undefined ? 'Virtual machines' : search.s} · Xen Orchestra`}</title>
			<div className={css.page}>
				<main className={css.list}>
					<header className={css.header} data-narrow={narrow || undefined}>
						<h1>Virtual machines</h1>
						<FilterBox
							box={box}
							error={filter.error}
							onChange={setText}
							onDone={() => box.current?.blur()}
							value={text}
						/>
						<span className={css.count} role="status">
							{counted(ids.length, total, state.is === 'live')} {total > 0 && !narrow && 'VMs'}
						</span>
						{narrow ? (
							<SortMenu columns={VM_COLUMNS} onSort={onSort} sort={sort} />
						) : (
							<ColumnsMenu columns={VM_COLUMNS} layout={layout} onLayout={setLayout} />
						)}
					</header>
					<div className={css.tools}>
						{selected.length === 0 ? (
							<StateFacets onChange={setText} text={text} />
						) : (
							<section aria-label="Selected VMs" className={css.selected}>
								<button className={css.clear} onClick={selection.clear} title="Select none (Esc)" type="button">
									{count(selected.length, 'selected', 'selected')} <span aria-hidden="true">×</span>
								</button>
								<VmButtons blocked={blocked} narrow={narrow} run={run} vms={selected} />
							</section>
						)}
					</div>
					<DataTable
						columns={VM_COLUMNS}
						cursor={cursor}
						empty={<NoVms filtered={text !== ''} onClear={() => setText('')} state={state} total={total} />}
						ids={ids}
						isStale={isStale}
						kind="VM"
						label="Virtual machines"
						layout={layout}
						name={nameOf}
						narrow={narrow}
						onCursor={setCursor}
						onLayout={setLayout}
						onMenu={onMenu}
						onOpen={open}
						onSort={onSort}
						selection={selection}
						sort={sort}
					/>
				</main>
				{search.vm !== undefined && (
					<VmDrawer blocked={blocked} id={search.vm} onClose={() => open(undefined)} onTag={onTag} run={run} />
				)}
			</div>
			<VmMenu at={menu} blocked={blocked} onClose={() => setMenu(undefined)} run={run} />
		</VmLinks>
	);
}

/** How many there are; nothing while that is not known. */
function counted(shown: number, total: number, known: boolean): string {
	if (total === 0 && !known) return '';
	return shown === total ? formatNumber(total) : `${formatNumber(shown)} of ${formatNumber(total)}`;
}

function nameOf(vm: VM): string {
	return vm.name_label;
}

/** The filter as typed, ahead of the address; the address follows when typing pauses, and leads when it is changed. */
function useFilterText(address: string, onSettle: (text: string) => void) {
	const [text, setText] = useState(address);
	const [seen, setSeen] = useState(address);
	const settle = useRef(onSettle);
	useEffect(() => {
		settle.current = onSettle;
	});
	if (seen !== address) {
		setSeen(address);
		setText(address);
	}
	useEffect(() => {
		if (text === address) return;
		const timer = setTimeout(() => settle.current(text), TYPING);
		return () => clearTimeout(timer);
	}, [text, address]);
	return [text, setText] as const;
}
