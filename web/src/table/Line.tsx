/** The lines of a table: a row, the head of a group, and a row that is on its way. */
import {
	type ComponentType,
	type DragEvent,
	memo,
	type SyntheticEvent,
	useCallback,
	useSyncExternalStore,
} from 'react';
import { useWords, type Words } from '../i18n/words';
import type { Line, Lines } from '../live/listing';
import type { Row } from '../live/view';
import { formatNumber } from '../ui/format';
import { DownIcon, MoreIcon, RightIcon } from '../ui/icons';
import type { Place } from '../ui/place';
import type { Column } from './column';
import css from './DataTable.module.css';
import type { Selection } from './selection';

export function rowId(id: string | undefined): string {
	return `row-${id}`;
}

function at(start: number) {
	return { transform: `translateY(${start}px)` };
}

interface GroupLineProps {
	line: Line & { is: 'group' };
	index: number;
	start: number;
	columns: number;
	GroupName: ComponentType<{ value: string }>;
	onToggle: (value: string) => void;
}

export function GroupLine({ line, index, start, columns, GroupName, onToggle }: GroupLineProps) {
	return (
		// biome-ignore lint/a11y/useSemanticElements: see DataTable
		// biome-ignore lint/a11y/useFocusableInteractive: its button has the focus
		<div aria-rowindex={index + 2} className={css.group} role="row" style={at(start)}>
			{/* biome-ignore lint/a11y/useSemanticElements: see DataTable */}
			{/* biome-ignore lint/a11y/useFocusableInteractive: its button has the focus */}
			<div aria-colspan={columns} role="gridcell">
				<button
					aria-expanded={line.open}
					className={css.groupToggle}
					onClick={() => onToggle(line.value)}
					type="button"
				>
					{line.open ? <DownIcon size={15} /> : <RightIcon size={15} />}
					<strong>
						<GroupName value={line.value} />
					</strong>
					<span className={css.groupCount}>{formatNumber(line.count)}</span>
				</button>
			</div>
		</div>
	);
}

/** Made once: React passes by what stays the same element. */
const more = <MoreIcon size={16} />;

interface RowLineProps {
	lines: Lines;
	/** Nothing while the row is on its way. */
	id: string | undefined;
	index: number;
	start: number;
	columns: readonly Column[];
	selected: boolean;
	current: boolean;
	selection: Selection;
	name: (row: Row) => string;
	isStale: (row: Row) => boolean;
	onCursor: (id: string) => void;
	onOpen: (id: string) => void;
	onMenu: (row: Row, at: Place) => void;
	/** Begins to drag a row by its name. */
	onTake: ((row: Row, event: DragEvent) => void) | undefined;
}

/**
 * A place in sight, with the row that is there. It stays as it is when another row scrolls in: only what differs is
 * written. What is on its way leaves the cells of the row before, which are not shown and cost nothing then.
 */
export const RowLine = memo(function RowLine(props: RowLineProps) {
	const { lines, id, index, columns, selected, current, selection } = props;
	const row = useSyncExternalStore(
		useCallback((listener) => (id === undefined ? () => undefined : lines.watchRow(id, listener)), [lines, id]),
		() => (id === undefined ? undefined : lines.get(id)),
	);
	const is = row && {
		'aria-label': props.name(row),
		'aria-selected': selected,
		'data-current': current || undefined,
		'data-stale': props.isStale(row) || undefined,
		id: rowId(row.id),
	};
	return (
		// biome-ignore lint/a11y/useSemanticElements: see DataTable
		// biome-ignore lint/a11y/useKeyWithClickEvents: the keys of the grid do the same
		// biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names the active row
		<div
			{...is}
			aria-rowindex={index + 2}
			className={css.row}
			data-blank={row === undefined || undefined}
			onClick={(event) => {
				if (row === undefined) return;
				if (event.shiftKey) selection.extendTo(row);
				else if (event.ctrlKey || event.metaKey) selection.toggle(row);
				else if (String(getSelection()) === '') props.onOpen(row.id);
				props.onCursor(row.id);
			}}
			onContextMenu={(event) => {
				if (row === undefined) return;
				event.preventDefault();
				props.onCursor(row.id);
				props.onMenu(row, { x: event.clientX, y: event.clientY });
			}}
			onDragStart={(event) => {
				if (row !== undefined && event.target instanceof HTMLAnchorElement) props.onTake?.(row, event);
			}}
			role="row"
			style={at(props.start)}
		>
			<Cells
				columns={columns}
				name={props.name}
				onCursor={props.onCursor}
				onMenu={props.onMenu}
				row={row}
				selected={selected}
				selection={selection}
			/>
		</div>
	);
});

interface CellsProps extends Pick<RowLineProps, 'columns' | 'selected' | 'selection' | 'name' | 'onCursor' | 'onMenu'> {
	row: Row | undefined;
}

const Cells = memo(
	function Cells({ row, columns, selected, selection, name: nameOf, onCursor, onMenu }: CellsProps) {
		const words = useWords();
		if (row === undefined) return null;
		const name = nameOf(row);
		return (
			<>
				{/* biome-ignore lint/a11y/useSemanticElements: see DataTable */}
				{/* biome-ignore lint/a11y/useFocusableInteractive: see above */}
				{/* biome-ignore lint/a11y/useKeyWithClickEvents: see above */}
				<div className={css.select} onClick={stop} role="gridcell">
					<input
						aria-label={words.naming('table.selectRow', 'name', name)}
						checked={selected}
						onChange={() => selection.toggle(row)}
						onClick={(event) => {
							if (!event.shiftKey) return;
							event.preventDefault();
							selection.extendTo(row);
						}}
						tabIndex={-1}
						type="checkbox"
					/>
				</div>
				{columns.map((column) => (
					<Cell column={column} key={column.id} row={row} words={words} />
				))}
				{/* biome-ignore lint/a11y/useSemanticElements: see DataTable */}
				{/* biome-ignore lint/a11y/useFocusableInteractive: see above */}
				<div className={css.more} role="gridcell">
					<button
						aria-haspopup="menu"
						aria-label={words.naming('table.actionsOn', 'name', name)}
						className={css.moreButton}
						onClick={(event) => {
							event.stopPropagation();
							onCursor(row.id);
							onMenu(row, event.currentTarget.getBoundingClientRect());
						}}
						tabIndex={-1}
						type="button"
					>
						{more}
					</button>
				</div>
			</>
		);
	},
	(before, next) =>
		next.row === undefined ||
		(Object.keys(next) as (keyof CellsProps)[]).every((property) => Object.is(before[property], next[property])),
);

/** `words` are given so that it is written anew in another language. */
const Cell = memo(function Cell({ column, row, words }: { column: Column; row: Row; words: Words }) {
	const { align, card, cell, label, named } = column;
	return (
		// biome-ignore lint/a11y/useSemanticElements: see DataTable
		// biome-ignore lint/a11y/useFocusableInteractive: see above
		<div
			className={css.cell}
			data-align={align}
			data-card={card}
			data-name={named && card ? words.text(label) : undefined}
			role="gridcell"
		>
			{cell(row)}
		</div>
	);
});

function stop(event: SyntheticEvent): void {
	event.stopPropagation();
}
