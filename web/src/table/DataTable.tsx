/**
 * A table that stays quick at any number of rows: only the lines in sight exist, each watches its own row, and widths
 * are CSS variables that no render has to touch.
 */
import {
	type ComponentType,
	type CSSProperties,
	type DragEvent,
	type ReactNode,
	useEffect,
	useMemo,
	useRef,
} from 'react';
import type { Lines } from '../live/listing';
import type { Row } from '../live/view';
import type { Place } from '../ui/place';
import type { Column, Sort } from './column';
import css from './DataTable.module.css';
import { ROW_HEIGHT, useDensity } from './density';
import { AROUND, fitting, track, widthOf } from './fit';
import { Header } from './Header';
import { GroupLine, RowLine, rowId } from './Line';
import { isShown, type Layout } from './layout';
import { ordered } from './order';
import { useRowWindow, useTopOf } from './rowWindow';
import type { Selection } from './selection';
import { useSpread } from './spread';

export interface DataTableProps {
	label: string;
	lines: Lines;
	/** Changes with what is listed; the table goes to its top then. */
	list: string;
	columns: readonly Column[];
	layout: Layout;
	onLayout: (change: (layout: Layout) => Layout) => void;
	sort: readonly Sort[];
	onSort: (sort: Sort[]) => void;
	selection: Selection;
	/** How many match. */
	total: number;
	/** The row the keyboard is at. */
	cursor: string | undefined;
	onCursor: (id: string) => void;
	onOpen: (id: string) => void;
	/** Opens the menu of a row at a place on the screen. */
	onMenu: (row: Row, at: Place) => void;
	/** Begins to drag a row by its name. */
	onTake?: ((row: Row, event: DragEvent) => void) | undefined;
	name: (row: Row) => string;
	/** What a group is called. */
	GroupName: ComponentType<{ value: string }>;
	/** Three lines a row, where there is little room. */
	narrow: boolean;
	/** The room that there is, in px. */
	width: number;
	isStale: (row: Row) => boolean;
	/** Shown where the rows would be when there are none. */
	empty: ReactNode;
}

/** Height of the header with its line, in px. */
const HEAD = 37;

export function DataTable(props: DataTableProps) {
	const { lines, columns, layout, narrow, width, cursor, selection, list } = props;
	const viewport = useRef<HTMLDivElement>(null);
	const shown = useMemo(() => {
		const wanted = ordered(columns, layout).filter((column) => isShown(column, layout));
		return narrow ? wanted.filter(({ card }) => card !== undefined) : fitting(wanted, layout, width);
	}, [columns, layout, narrow, width]);
	const density = useDensity();
	const height = ROW_HEIGHT[narrow ? 'narrow' : density];
	const length = lines.length();
	const { first, last, inSight, slots, scrollTo } = useRowWindow(viewport, {
		count: length,
		height,
		head: narrow ? 0 : HEAD,
	});
	const ids = useSpread(
		slots.map(({ slot, index }) => {
			const line = lines.at(index);
			return { slot, id: line?.is === 'row' ? line.row.id : undefined, inSight: inSight(index) };
		}),
	);
	useEffect(() => lines.look(first, last), [lines, first, last]);
	useTopOf(viewport, list);
	const at = cursor === undefined ? -1 : lines.indexOf(cursor);
	// biome-ignore lint/correctness/useExhaustiveDependencies: it follows the keyboard, not rows that move
	useEffect(() => {
		if (at >= 0) scrollTo(at);
	}, [cursor, scrollTo]);

	return (
		// biome-ignore lint/a11y/useSemanticElements: a virtual table has no `table` element to be
		<div
			aria-activedescendant={at >= first && at <= last ? rowId(cursor) : undefined}
			aria-colcount={shown.length + 2}
			aria-label={props.label}
			aria-multiselectable="true"
			aria-rowcount={length + 1}
			className={css.viewport}
			data-density={narrow ? undefined : density}
			data-narrow={narrow || undefined}
			ref={viewport}
			role="grid"
			style={tracks(shown, layout, height)}
			tabIndex={0}
		>
			<Header
				columns={columns}
				layout={layout}
				onLayout={props.onLayout}
				onSort={props.onSort}
				selection={selection}
				shown={shown}
				sort={props.sort}
				total={props.total}
				viewport={viewport}
			/>
			{length === 0 ? (
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
				<div className={css.rows} role="rowgroup" style={{ height: length * height }}>
					{slots.map(({ slot: key, index }) => {
						const start = index * height;
						const line = lines.at(index);
						if (line?.is === 'group')
							return (
								<GroupLine
									columns={shown.length + 2}
									GroupName={props.GroupName}
									index={index}
									key={key}
									line={line}
									onToggle={lines.toggle}
									start={start}
								/>
							);
						const id = ids.get(key);
						return (
							<RowLine
								columns={shown}
								current={id !== undefined && id === cursor}
								id={id}
								index={index}
								isStale={props.isStale}
								key={key}
								lines={lines}
								name={props.name}
								onCursor={props.onCursor}
								onMenu={props.onMenu}
								onOpen={props.onOpen}
								onTake={props.onTake}
								selected={id !== undefined && selection.has(id)}
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

function tracks(columns: readonly Column[], layout: Layout, height: number): CSSProperties {
	const style: Record<string, string> = { '--row': `${height}px` };
	for (const column of columns) {
		const width = layout.widths[column.id];
		style[track(column)] =
			width === undefined
				? `minmax(${column.min}px, ${column.grow > 0 ? `${column.grow}fr` : `${column.min}px`})`
				: `${width}px`;
	}
	// What is left when every column has a width of its own goes to the end.
	style['--columns'] = `36px ${columns.map((column) => `var(${track(column)})`).join(' ')} minmax(32px, 0.001fr)`;
	const least = columns.reduce((sum, column) => sum + widthOf(column, layout), AROUND);
	style['--least'] = `${least}px`;
	return style;
}
