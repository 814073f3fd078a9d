/** The lines of a table: a row, the head of a group, and a row that is on its way. */
import { type ComponentType, memo, useCallback, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
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

export const BlankLine = memo(function BlankLine({ index, start }: { index: number; start: number }) {
	return (
		// biome-ignore lint/a11y/useSemanticElements: see DataTable
		// biome-ignore lint/a11y/useFocusableInteractive: nothing to act on
		<div aria-rowindex={index + 2} className={css.row} role="row" style={at(start)}>
			{/* biome-ignore lint/a11y/useSemanticElements: see DataTable */}
			{/* biome-ignore lint/a11y/useFocusableInteractive: nothing to act on */}
			<div className={css.blank} role="gridcell" />
		</div>
	);
});

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
	id: string;
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
}

export const RowLine = memo(function RowLine(props: RowLineProps) {
	const { t } = useTranslation();
	const { lines, id, index, columns, selected, current, selection } = props;
	const row = useSyncExternalStore(
		useCallback((listener) => lines.watchRow(id, listener), [lines, id]),
		() => lines.get(id),
	);
	if (row === undefined) return null;
	const name = props.name(row);
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
			data-stale={props.isStale(row) || undefined}
			id={rowId(id)}
			onClick={(event) => {
				if (event.shiftKey) selection.extendTo(row);
				else if (event.ctrlKey || event.metaKey) selection.toggle(row);
				else if (String(getSelection()) === '') props.onOpen(id);
				props.onCursor(id);
			}}
			onContextMenu={(event) => {
				event.preventDefault();
				props.onCursor(id);
				props.onMenu(row, { x: event.clientX, y: event.clientY });
			}}
			role="row"
			style={at(props.start)}
		>
			{/* biome-ignore lint/a11y/useSemanticElements: see DataTable */}
			{/* biome-ignore lint/a11y/useFocusableInteractive: see above */}
			{/* biome-ignore lint/a11y/useKeyWithClickEvents: see above */}
			<div className={css.select} onClick={(event) => event.stopPropagation()} role="gridcell">
				<input
					aria-label={t('table.selectRow', { name })}
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
			{columns.map(({ id: column, align, card, cell }) => (
				// biome-ignore lint/a11y/useSemanticElements: see DataTable
				// biome-ignore lint/a11y/useFocusableInteractive: see above
				<div className={css.cell} data-align={align} data-card={card} key={column} role="gridcell">
					{cell(row)}
				</div>
			))}
			{/* biome-ignore lint/a11y/useSemanticElements: see DataTable */}
			{/* biome-ignore lint/a11y/useFocusableInteractive: see above */}
			<div className={css.more} role="gridcell">
				<button
					aria-haspopup="menu"
					aria-label={t('table.actionsOn', { name })}
					className={css.moreButton}
					onClick={(event) => {
						event.stopPropagation();
						props.onCursor(id);
						props.onMenu(row, event.currentTarget.getBoundingClientRect());
					}}
					tabIndex={-1}
					type="button"
				>
					{more}
				</button>
			</div>
		</div>
	);
});
