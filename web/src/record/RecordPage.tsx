/** A list of records of the server. What it shows is in its address, as that of lists of objects. */
import { Button, Loader } from '@mantine/core';
import { type ReactNode, useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useChangeSearch, usePageSearch } from '../app/PageLink';
import { useReadable } from '../filter/readable';
import { Chips } from '../list/Chips';
import { Facets } from '../list/Facets';
import css from '../list/ListPage.module.css';
import { useFilterText } from '../list/search';
import { suggest } from '../list/suggest';
import { useListKeys } from '../list/useListKeys';
import { useConnectionState } from '../live/hooks';
import type { Row } from '../live/view';
import { printSort, readSort, type Sort, sortBy } from '../table/column';
import { DataTable } from '../table/DataTable';
import { FilterBox } from '../table/FilterBox';
import { isShown, useLayout } from '../table/layout';
import { ordered as inOrder } from '../table/order';
import { chosenOf, useSelection } from '../table/selection';
import { formatNumber } from '../ui/format';
import { ColumnsIcon, DownloadIcon, SortIcon } from '../ui/icons';
import { MenuButton } from '../ui/MenuButton';
import { Message } from '../ui/Message';
import type { Place } from '../ui/place';
import { useWidth } from '../ui/useWidth';
import { RecordButtons, RecordMenu, type RecordMenuAt } from './Actions';
import { counted, linesOf, matching, ordered } from './lines';
import type { RecordNoun } from './noun';
import { RecordDrawer } from './RecordDrawer';
import { useRunRecords } from './run';

/** A list with less room than this shows rows of three lines, in px. */
const NARROW = 620;

interface RecordPageProps {
	noun: RecordNoun;
	/** Nothing until the server has answered. */
	rows: readonly Row[] | undefined;
	/** Why it has not. */
	failed: { text: string; retry: () => void } | undefined;
	/** What stands beside the title, such as a button that makes one. */
	tools?: ReactNode;
	/** What stands in the place of rows where there is none. */
	empty?: ReactNode;
	/** Part of another page: it has no title of the document. */
	part?: true;
}

export function RecordPage({ noun, rows, failed, tools, empty, part }: RecordPageProps) {
	const { t, i18n } = useTranslation();
	const search = usePageSearch();
	const change = useChangeSearch();
	const lost = useConnectionState().is === 'lost';
	const place = useRef<HTMLElement>(null);
	const width = useWidth(place);
	const narrow = width < NARROW;
	const [text, setText] = useFilterText(search.s ?? '', (s) => change({ s: s === '' ? undefined : s }));
	const { good, error } = useReadable(useDeferredValue(text));
	const [layout, setLayout] = useLayout(noun.id);
	const sort = useMemo(() => {
		const asked = readSort(search.sort, noun.columns);
		return asked.length > 0 ? asked : readSort(noun.sort, noun.columns);
	}, [search.sort, noun]);
	const shown = useMemo(
		() => ordered(matching(rows ?? [], good), sortBy(sort, noun.columns), i18n.language),
		[rows, good, sort, noun, i18n.language],
	);
	const lines = useMemo(() => linesOf(shown), [shown]);
	const counts = useMemo(
		() => Object.fromEntries(noun.facets.map(({ property }) => [property, counted(rows ?? [], property)])),
		[rows, noun],
	);
	const selection = useSelection(lines, `${noun.id} ${good}`);
	const chosen = chosenOf(selection, shown.length);
	const selected = useMemo(() => shown.filter(({ id }) => selection.has(id)), [shown, selection]);
	const [cursor, setCursor] = useState<string>();
	const [menu, setMenu] = useState<RecordMenuAt>();
	const box = useRef<HTMLInputElement>(null);
	const [run, dialog] = useRunRecords(noun);
	const open = useCallback((id: string | undefined) => change({ id }, id !== undefined), [change]);
	const onMenu = useCallback(
		(row: Row, at: Place) => setMenu({ rows: selection.has(row.id) ? selected : [row], at }),
		[selection, selected],
	);
	const onSort = useCallback((next: Sort[]) => change({ sort: printSort(next) }), [change]);
	useListKeys({ lines, cursor, setCursor, selection, opened: search.id, open, onMenu, box });
	const isStale = useCallback(() => lost, [lost]);
	const title = t(noun.title);
	useEffect(() => {
		if (part === undefined) document.title = `${title} · Xen Orchestra`;
	}, [title, part]);
	const inline = noun.facets.filter((facet) => facet.inline === true);
	const columns = inOrder(noun.columns, layout).filter((column) => isShown(column, layout));

	return (
		<div className={css.page}>
			<main className={css.list} ref={place}>
				<header className={css.header} data-narrow={narrow || undefined}>
					<h1>{title}</h1>
					<FilterBox
						box={box}
						error={error && ('rest' in error ? t('filter.unreadable', { rest: error.rest }) : error.message)}
						onChange={setText}
						onDone={() => box.current?.blur()}
						placeholder={t(noun.placeholder)}
						suggest={(typed) => suggest(typed, { facets: noun.facets, properties: [] }, counts, [], (key) => t(key))}
						value={text}
					/>
					<span className={css.count} role="status">
						{rows !== undefined && (narrow ? formatNumber(shown.length) : t(noun.counted, { count: shown.length }))}
					</span>
					{tools}
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
								group: undefined,
								groups: [],
								layout,
								onGroup: () => undefined,
								onLayout: setLayout,
							}}
							label={t('table.columns')}
							load={() => import('../table/ColumnsItems')}
							position="bottom-end"
							stays
						/>
					)}
					<MenuButton
						face={<DownloadIcon size={18} />}
						items={{ name: noun.id, rows: shown, columns }}
						label={t('record.export')}
						load={() => import('./ExportItems')}
						position="bottom-end"
					/>
				</header>
				<div className={css.tools}>
					{chosen === 0 ? (
						<>
							{inline.map((facet) => (
								<Facets
									counts={counts[facet.property]}
									facet={facet}
									key={facet.property}
									onChange={setText}
									text={text}
								/>
							))}
							<Chips onChange={setText} text={text} />
						</>
					) : (
						<section aria-label={t('list.selected')} className={css.selected}>
							<button className={css.clear} onClick={selection.clear} title={t('list.selectNone')} type="button">
								{t('list.nSelected', { count: chosen })} <span aria-hidden="true">×</span>
							</button>
							<RecordButtons noun={noun} rows={selected} run={run} />
						</section>
					)}
				</div>
				<DataTable
					columns={noun.columns}
					cursor={cursor}
					empty={
						rows === undefined ? (
							<Waiting failed={failed} />
						) : text !== '' && rows.length > 0 ? (
							<Message title={t('empty.noMatch')}>
								<Button onClick={() => setText('')} variant="default">
									{t('filter.clear')}
								</Button>
							</Message>
						) : (
							(empty ?? <Message title={t('empty.none', { title })} />)
						)
					}
					GroupName={() => null}
					isStale={isStale}
					label={title}
					layout={layout}
					lines={lines}
					list={`${good} ${printSort(sort)}`}
					name={noun.name}
					narrow={narrow}
					onCursor={setCursor}
					onLayout={setLayout}
					onMenu={onMenu}
					onOpen={open}
					onSort={onSort}
					selection={selection}
					sort={sort}
					total={shown.length}
					width={width}
				/>
			</main>
			{search.id !== undefined && rows !== undefined && (
				<RecordDrawer
					noun={noun}
					onClose={() => open(undefined)}
					row={rows.find(({ id }) => id === search.id)}
					run={run}
				/>
			)}
			{menu !== undefined && <RecordMenu {...menu} noun={noun} onClose={() => setMenu(undefined)} run={run} />}
			{dialog}
		</div>
	);
}

function Waiting({ failed }: { failed: RecordPageProps['failed'] }) {
	const { t } = useTranslation();
	if (failed === undefined) {
		return (
			<Message title={t('list.reading')}>
				<Loader size="sm" />
			</Message>
		);
	}
	return (
		<Message title={t('empty.failed')} tone="bad">
			<p>{failed.text}</p>
			<Button onClick={failed.retry} variant="default">
				{t('connection.tryAgain')}
			</Button>
		</Message>
	);
}
