/**
 * A table of live objects that stays quick at ten thousand rows: only the rows in view exist, each watches its own
 * object, and widths are CSS variables that no render has to touch.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, memo, type ReactNode, useEffect, useMemo, useRef } from 'react';
import type { Kind, Kinds } from '../api/objects';
import { useObject } from '../live/hooks';
import { MoreIcon } from '../ui/icons';
import type { Column, Sort } from './column';
import css from './DataTable.module.css';
import { Header } from './Header';
import type { Layout } from './layout';
import type { Selection } from './selection';

export interface DataTableProps<K extends Kind> {
	kind: K;
	label: string;
	ids: readonly string[];
	columns: readonly Column<K>[];
	layout: Layout;
	onLayout: (change: (layout: Layout) => Layout) => void;
	sort: Sort;
	onSort: (sort: Sort) => void;
	selection: Selection;
	/** The row the keyboard is at. */
	cursor: string | undefined;
	onCursor: (id: string) => void;
	onOpen: (id: string) => void;
	/** Opens the menu of a row at a place on the screen. */
	onMenu: (id: string, at: Place) => void;
	name: (object: Kinds[K]) => string;
	/** Three lines a row, for narrow screens. */
	narrow: boolean;
	isStale: (object: Kinds[K]) => boolean;
	/** Shown where the rows would be when there are none. */
	empty: ReactNode;
}

/** A place on the screen, in px: a point, or the box of what was pressed. */
export interface Place {
	x: number;
	y: number;
	width?: number;
	height?: number;
}

/** Rows kept ready above and below those in view. */
const OVERSCAN = 8;
export const ROW_HEIGHT = { wide: 36, narrow: 84 };

export function DataTable<K extends Kind>(props: DataTableProps<K>) {
	const { ids, columns, layout, narrow, cursor, selection } = props;
	const viewport = useRef<HTMLDivElement>(null);
	const shown = useMemo(() => columns.filter((column) => isShown(column, layout)), [columns, layout]);
	const height = narrow ? ROW_HEIGHT.narrow : ROW_HEIGHT.wide;
	const virtual = useVirtualizer({
		count: ids.length,
		getScrollElement: () => viewport.current,
		estimateSize: () => height,
		overscan: OVERSCAN,
		scrollPaddingStart: narrow ? 0 : ROW_HEIGHT.wide,
		useFlushSync: false,
	});
	const items = virtual.getVirtualItems();
	// A row that scrolls out gives its elements to the one that scrolls in: as many keys as there can be rows at once.
	const slots = Math.ceil((virtual.scrollRect?.height ?? 0) / height) + 1 + 2 * OVERSCAN;
	// biome-ignore lint/correctness/useExhaustiveDependencies: a new height makes the measured rows void
	useEffect(() => virtual.measure(), [height, virtual]);
	const at = useMemo(() => (cursor === undefined ? -1 : ids.indexOf(cursor)), [ids, cursor]);
	// biome-ignore lint/correctness/useExhaustiveDependencies: rows of another height stand elsewhere
	useEffect(() => {
		if (at >= 0) virtual.scrollToIndex(at, { align: 'auto' });
	}, [at, height, virtual]);

	return (
		// biome-ignore lint/a11y/useSemanticElements: a virtual table has no `table` element to be
		<div
			aria-activedescendant={at >= 0 ? rowId(cursor) : undefined}
			aria-colcount={shown.length + 2}
			aria-label={props.label}
			aria-multiselectable="true"
			aria-rowcount={ids.length + 1}
			className={css.viewport}
			data-narrow={narrow || undefined}
			ref={viewport}
			role="grid"
			style={tracks(shown, layout)}
			tabIndex={0}
		>
			<Header
				allSelected={ids.length > 0 && selection.ids.size === ids.length}
				columns={shown}
				onLayout={props.onLayout}
				onSort={props.onSort}
				selection={selection}
				sort={props.sort}
				viewport={viewport}
			/>
			{ids.length === 0 ? (
				// biome-ignore lint/a11y/useSemanticElements: see above
				// biome-ignore lint/a11y/useFocusableInteractive: nothing to act on
				<div className={css.empty} role="row">
					{/* biome-ignore lint/a11y/useSemanticElements: see above */}
					{/* biome-ignore lint/a11y/useFocusableInteractive: nothing to act on */}
					<div aria-colspan={shown.length + 2} role="gridcell">
						{props.empty}
					</div>
				</div>
			) : (
				// biome-ignore lint/a11y/useSemanticElements: see above
				<div className={css.rows} role="rowgroup" style={{ height: virtual.getTotalSize() }}>
					{items.map(({ index, start }) => {
						const id = ids[index];
						if (id === undefined) return null;
						return (
							<Row
								columns={shown}
								current={id === cursor}
								id={id}
								index={index}
								isStale={props.isStale}
								key={index % slots}
								kind={props.kind}
								name={props.name}
								onCursor={props.onCursor}
								onMenu={props.onMenu}
								onOpen={props.onOpen}
								selected={selection.ids.has(id)}
								selection={selection}
								start={start}
							/>
						);
					})}
				</div>
			)}
		</div>
	);
}

export function isShown(column: { id: string; hidden?: boolean; always?: boolean }, layout: Layout): boolean {
	return column.always === true || (layout.shown[column.id] ?? column.hidden !== true);
}

/** The name of a column's width among the CSS variables. */
export function track(column: { id: string }): string {
	return `--width-${column.id}`;
}

function tracks<K extends Kind>(columns: readonly Column<K>[], layout: Layout): CSSProperties {
	const style: Record<string, string> = {};
	for (const column of columns) {
		const width = layout.widths[column.id];
		style[track(column)] =
			width === undefined
				? `minmax(${column.min}px, ${column.grow > 0 ? `${column.grow}fr` : `${column.min}px`})`
				: `${width}px`;
	}
	// What is left when every column has a width of its own goes to the end.
	style['--columns'] = `36px ${columns.map((column) => `var(${track(column)})`).join(' ')} minmax(32px, 0.001fr)`;
	const least = columns.reduce((sum, column) => sum + (layout.widths[column.id] ?? column.min), 36 + 32 + 16);
	style['--least'] = `${least}px`;
	return style;
}

function rowId(id: string | undefined): string {
	return `row-${id}`;
}

/** Made once: React passes by what stays the same element. */
const more = <MoreIcon size={16} />;

interface RowProps<K extends Kind> {
	kind: K;
	id: string;
	index: number;
	start: number;
	columns: readonly Column<K>[];
	selected: boolean;
	current: boolean;
	selection: Selection;
	name: (object: Kinds[K]) => string;
	isStale: (object: Kinds[K]) => boolean;
	onCursor: (id: string) => void;
	onOpen: (id: string) => void;
	onMenu: (id: string, at: Place) => void;
}

const Row = memo(function Row<K extends Kind>(props: RowProps<K>) {
	const { kind, id, index, columns, selected, current, selection } = props;
	const object = useObject(kind, id);
	if (object === undefined) return null;
	const name = props.name(object);
	return (
		// biome-ignore lint/a11y/useSemanticElements: see DataTable
		// biome-ignore lint/a11y/useKeyWithClickEvents: the keys of the grid do the same
		// biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names the active row
		<div
			aria-label={name}
			aria-rowindex={index + 2}
			aria-selected={selected}
			className={css.row}
			data-current={current || undefined}
			data-stale={props.isStale(object) || undefined}
			id={rowId(id)}
			onClick={(event) => {
				if (event.shiftKey) selection.extendTo(id);
				else if (event.ctrlKey || event.metaKey) selection.toggle(id);
				else if (String(getSelection()) === '') props.onOpen(id);
				props.onCursor(id);
			}}
			onContextMenu={(event) => {
				event.preventDefault();
				props.onCursor(id);
				props.onMenu(id, { x: event.clientX, y: event.clientY });
			}}
			role="row"
			style={{ transform: `translateY(${props.start}px)` }}
		>
			{/* biome-ignore lint/a11y/useSemanticElements: see DataTable */}
			{/* biome-ignore lint/a11y/useFocusableInteractive: see above */}
			{/* biome-ignore lint/a11y/useKeyWithClickEvents: see above */}
			<div className={css.select} onClick={(event) => event.stopPropagation()} role="gridcell">
				<input
					aria-label={`Select ${name}`}
					checked={selected}
					onChange={() => selection.toggle(id)}
					onClick={(event) => {
						if (!event.shiftKey) return;
						event.preventDefault();
						selection.extendTo(id);
					}}
					tabIndex={-1}
					type="checkbox"
				/>
			</div>
			{columns.map(({ id: column, align, card, Cell }) => (
				// biome-ignore lint/a11y/useSemanticElements: see DataTable
				// biome-ignore lint/a11y/useFocusableInteractive: see above
				<div className={css.cell} data-align={align} data-card={card} key={column} role="gridcell">
					<Cell object={object} />
				</div>
			))}
			{/* biome-ignore lint/a11y/useSemanticElements: see DataTable */}
			{/* biome-ignore lint/a11y/useFocusableInteractive: see above */}
			<div className={css.more} role="gridcell">
				<button
					aria-haspopup="menu"
					className={css.moreButton}
					aria-label={`Actions on ${name}`}
					onClick={(event) => {
						event.stopPropagation();
						props.onCursor(id);
						props.onMenu(id, event.currentTarget.getBoundingClientRect());
					}}
					tabIndex={-1}
					type="button"
				>
					{more}
				</button>
			</div>
		</div>
	);
}) as <K extends Kind>(props: RowProps<K>) => ReactNode;
