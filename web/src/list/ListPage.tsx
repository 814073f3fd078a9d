/** The list of one noun. What it shows is in its address: `s` the filter, `sort`, `group`, `id` of what is open. */
import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useReadable } from '../filter/readable';
import { withTexts } from '../i18n';
import { useConnectionState, useListing } from '../live/hooks';
import { shownRows } from '../live/listing';
import type { Row } from '../live/view';
import { useStalePools } from '../pool/servers';
import { printSort, readSort, type Sort, sortBy } from '../table/column';
import { DataTable } from '../table/DataTable';
import { FilterBox } from '../table/FilterBox';
import { isShown, useLayout } from '../table/layout';
import { chosenOf, useSelection } from '../table/selection';
import { formatNumber } from '../ui/format';
import { ColumnsIcon, SortIcon } from '../ui/icons';
import { MenuButton } from '../ui/MenuButton';
import { tellPainted } from '../ui/painted';
import type { Place } from '../ui/place';
import { useWidth } from '../ui/useWidth';
import { useRun } from './Actions';
import { Adds } from './Adds';
import { useTellCame } from './came';
import { useTellCurrent } from './current';
import drawerCss from './Drawer.module.css';
import { ListMenu } from './ListMenu';
import css from './ListPage.module.css';
import { LinksContext } from './links';
import { Nothing } from './Nothing';
import type { Action, Add, Noun } from './noun';
import type { MenuAt } from './RowMenu';
import { useSavedFilters } from './saved';
import { type ListSearch, useFilterText } from './search';
import { suggest } from './suggest';
import { Tools } from './Tools';
import { rowsTarget, type Target } from './target';
import { useGroupOrder } from './useGroupOrder';
import { useListKeys } from './useListKeys';
import { useTake } from './useTake';

const NONE: readonly Add[] = [];

const Drawer = lazy(() => withTexts(import('./Drawer')).then((module) => ({ default: module.Drawer })));
const RowMenu = lazy(() => withTexts(import('./RowMenu')));

/** A list with less room than this shows rows of three lines, in px. */
const NARROW = 620;

interface ListPageProps {
	noun: Noun;
	/** A filter that all rows meet, such as that they belong to one object; not shown in the filter box. */
	scope?: string;
	/** The object that the rows belong to. */
	of?: string;
	/** Ways to make one more. */
	adds?: readonly Add[];
}

/** In a section of an object, all of so few are as many rows: what each allows is known. */
const FEW = 100;

export function ListPage({ noun, scope = '', of, adds = NONE }: ListPageProps) {
	const { t } = useTranslation();
	const search: ListSearch = useSearch({ strict: false });
	const navigate = useNavigate();
	const change = useCallback(
		(next: Partial<ListSearch>, replace = true) =>
			void navigate({ to: '.', search: (before: ListSearch) => ({ ...before, ...next }), replace }),
		[navigate],
	);
	const state = useConnectionState();
	const place = useRef<HTMLElement>(null);
	const width = useWidth(place);
	const narrow = width < NARROW;

	const [text, setText] = useFilterText(search.s ?? '', (s) => change({ s: s === '' ? undefined : s }));
	const { good, error } = useReadable(useDeferredValue(text));
	const filter = scope === '' ? good : good.trim() === '' ? scope : `${scope} (${good})`;
	const [layout, setLayout] = useLayout(noun.id);
	const sort = useMemo(() => {
		const asked = readSort(search.sort, noun.columns);
		return asked.length > 0 ? asked : readSort(noun.sort, noun.columns);
	}, [search.sort, noun]);
	const groups = noun.facets.filter(({ several }) => several !== true);
	const group = groups.find(({ property }) => property === search.group);
	const look = useMemo(
		() => ({
			type: noun.type,
			filter,
			sort: sortBy(sort, noun.columns),
			columns: [
				...new Set([
					...noun.needs,
					...noun.columns.filter((column) => isShown(column, layout)).flatMap(({ needs }) => needs),
				]),
			],
			counted: noun.facets.map(({ property }) => property),
			group: group?.property,
		}),
		[noun, filter, sort, layout, group],
	);
	const listing = useListing(look);
	useGroupOrder(listing, group);
	useTellCame(noun.id, listing);
	const total = listing.total ?? 0;
	const isThere = listing.total !== undefined;
	useEffect(() => {
		if (isThere) tellPainted();
	}, [isThere]);
	const selection = useSelection(listing, `${noun.id} ${filter}`);
	const chosen = chosenOf(selection, total);
	const target = useMemo<Target>(() => {
		if (!selection.all) return rowsTarget([...selection.rows.values()].map((row) => listing.get(row.id) ?? row));
		if (of !== undefined && total <= FEW) {
			const rows = shownRows(listing).filter(({ id }) => !selection.rows.has(id));
			if (rows.length === chosen) return rowsTarget(rows);
		}
		return { is: 'all', type: noun.type, filter, except: [...selection.rows.keys()], count: chosen };
	}, [selection, listing, noun, filter, chosen, of, total]);

	const [cursor, setCursor] = useState<string>();
	const [menu, setMenu] = useState<MenuAt>();
	const box = useRef<HTMLInputElement>(null);
	const runIt = useRun();
	const run = useCallback((action: Action, on: Target) => runIt(noun, action, on), [runIt, noun]);
	const blocked = state.is === 'lost' ? t('connection.blocked') : undefined;
	const open = useCallback((id: string | undefined) => change({ id }, id === undefined), [change]);
	const onMenu = useCallback(
		(row: Row, at: Place) => setMenu({ target: selection.has(row.id) ? target : rowsTarget([row]), at }),
		[selection, target],
	);
	const onTake = useTake(noun, selection, target);
	const onSort = useCallback((next: Sort[]) => change({ sort: printSort(next) }), [change]);
	useListKeys({
		lines: listing,
		cursor,
		setCursor,
		selection,
		opened: search.id,
		open,
		onMenu,
		box,
		inside: scope !== '',
	});

	useTellCurrent(noun, () => {
		if (chosen > 0) return target;
		const row = listing.get(search.id ?? cursor ?? '');
		return row && rowsTarget([row]);
	});

	const { saved } = useSavedFilters();
	const suggestions = (typed: string) =>
		suggest(
			typed,
			noun,
			listing.counts,
			saved.filter(({ type }) => type === String(noun.type)),
			(key) => t(key),
		);
	const stalePools = useStalePools();
	const lost = state.is === 'lost';
	const isStale = useCallback((row: Row) => lost || stalePools.has(String(row.$pool)), [lost, stalePools]);
	const refused = text === good ? listing.error?.message : undefined;
	const links = useMemo(() => ({ setText, noun }), [setText, noun]);
	useEffect(() => {
		if (scope === '') document.title = `${search.s ?? t(noun.title)} · Xen Orchestra`;
	}, [search.s, t, noun, scope]);

	return (
		<LinksContext value={links}>
			<div className={css.page}>
				<main className={css.list} ref={place}>
					<header className={css.header} data-narrow={narrow || undefined}>
						{scope === '' ? <h1>{t(noun.title)}</h1> : <h2>{t(noun.title)}</h2>}
						<FilterBox
							box={box}
							error={
								error === undefined
									? undefined
									: 'rest' in error
										? t('filter.unreadable', { rest: error.rest })
										: error.message
							}
							onChange={setText}
							onDone={() => box.current?.blur()}
							placeholder={t('filter.placeholder', { example: noun.example ?? t('filter.words') })}
							suggest={suggestions}
							value={text}
						/>
						<span className={css.count} role="status">
							{listing.total !== undefined && (narrow ? formatNumber(total) : t(noun.counted, { count: total }))}
						</span>
						{adds.length > 0 && <Adds adds={adds} blocked={blocked} narrow={narrow} of={of} />}
						{narrow ? (
							<MenuButton
								face={<SortIcon size={18} />}
								items={{ columns: noun.columns, onSort, sort }}
								label={t('table.sort')}
								load={() => import('../table/SortItems')}
								position="bottom-end"
							/>
						) : (
							<MenuButton
								face={<ColumnsIcon size={18} />}
								items={{
									columns: noun.columns,
									group: group?.property,
									groups,
									layout,
									onGroup: (property: string | undefined) => change({ group: property }),
									onLayout: setLayout,
								}}
								label={t('table.columns')}
								load={() => import('../table/ColumnsItems')}
								position="bottom-end"
								stays
							/>
						)}
						<ListMenu layout={layout} look={look} noun={noun} text={text} />
					</header>
					<Tools
						blocked={blocked}
						chosen={chosen}
						counts={listing.counts}
						narrow={narrow}
						noun={noun}
						onClear={selection.clear}
						onText={setText}
						run={run}
						target={target}
						text={text}
					/>
					<DataTable
						columns={noun.columns}
						cursor={cursor}
						empty={
							<Nothing
								error={refused}
								filtered={text !== ''}
								known={listing.total !== undefined && listing.isSettled}
								noun={noun}
								onClear={() => setText('')}
								scoped={scope !== ''}
							/>
						}
						GroupName={group?.Value ?? GroupValue}
						isStale={isStale}
						label={t(noun.title)}
						layout={layout}
						lines={listing}
						list={`${filter} ${look.sort} ${look.group}`}
						name={noun.name}
						narrow={narrow}
						onCursor={setCursor}
						onLayout={setLayout}
						onMenu={onMenu}
						onOpen={open}
						onSort={onSort}
						onTake={onTake}
						selection={selection}
						sort={sort}
						total={total}
						width={width}
					/>
				</main>
				{search.id !== undefined && (
					<Suspense fallback={<aside className={drawerCss.drawer} />}>
						<Drawer
							blocked={blocked}
							id={search.id}
							known={listing.get(search.id)}
							noun={noun}
							onClose={() => open(undefined)}
							run={run}
						/>
					</Suspense>
				)}
			</div>
			{menu !== undefined && (
				<Suspense>
					<RowMenu
						{...menu}
						blocked={blocked}
						key={`${menu.at.x} ${menu.at.y}`}
						noun={noun}
						onClose={() => setMenu(undefined)}
						run={run}
					/>
				</Suspense>
			)}
		</LinksContext>
	);
}

function GroupValue({ value }: { value: string }) {
	return <>{value}</>;
}
