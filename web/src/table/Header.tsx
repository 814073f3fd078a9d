import { type KeyboardEvent, type PointerEvent, type RefObject, useEffect, useRef } from 'react';
import type { Kind } from '../api/objects';
import { DownIcon, UpIcon } from '../ui/icons';
import type { Column, Sort } from './column';
import { track } from './DataTable';
import css from './DataTable.module.css';
import type { Layout } from './layout';
import type { Selection } from './selection';

interface HeaderProps<K extends Kind> {
	columns: readonly Column<K>[];
	sort: Sort;
	onSort: (sort: Sort) => void;
	onLayout: (change: (layout: Layout) => Layout) => void;
	selection: Selection;
	allSelected: boolean;
	viewport: RefObject<HTMLDivElement | null>;
}

/** Px that one press of Alt and an arrow key widens or narrows a column by. */
const STEP = 16;

export function Header<K extends Kind>(props: HeaderProps<K>) {
	const { columns, sort, onSort, onLayout, selection, allSelected, viewport } = props;
	const box = useRef<HTMLInputElement>(null);
	const some = selection.ids.size > 0 && !allSelected;
	useEffect(() => {
		if (box.current !== null) box.current.indeterminate = some;
	}, [some]);

	const setWidth = (column: Column<K>, width: number | undefined) =>
		onLayout((layout) => {
			const { [column.id]: _, ...widths } = layout.widths;
			return { ...layout, widths: width === undefined ? widths : { ...widths, [column.id]: Math.round(width) } };
		});

	const drag = (column: Column<K>, event: PointerEvent<HTMLSpanElement>) => {
		const cell = event.currentTarget.parentElement;
		if (cell === null || event.button !== 0) return;
		event.preventDefault();
		const handle = event.currentTarget;
		handle.setPointerCapture(event.pointerId);
		const from = event.clientX;
		const before = cell.getBoundingClientRect().width;
		let width = before;
		// While the pointer moves only the CSS variable changes; the layout is told at the end.
		const move = (next: globalThis.PointerEvent) => {
			width = Math.max(48, before + next.clientX - from);
			viewport.current?.style.setProperty(track(column), `${width}px`);
		};
		const end = () => {
			handle.removeEventListener('pointermove', move);
			if (width !== before) setWidth(column, width);
		};
		handle.addEventListener('pointermove', move);
		handle.addEventListener('lostpointercapture', end, { once: true });
	};

	const press = (column: Column<K>, event: KeyboardEvent<HTMLButtonElement>) => {
		if (!event.altKey || (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight')) return;
		event.preventDefault();
		const width = event.currentTarget.parentElement?.getBoundingClientRect().width ?? column.min;
		setWidth(column, Math.max(48, width + (event.key === 'ArrowRight' ? STEP : -STEP)));
	};

	return (
		// biome-ignore lint/a11y/useSemanticElements: see DataTable
		<div className={css.head} role="rowgroup">
			{/* biome-ignore lint/a11y/useSemanticElements: see DataTable */}
			{/* biome-ignore lint/a11y/useFocusableInteractive: its cells have the focus */}
			<div aria-rowindex={1} className={css.headRow} role="row">
				{/* biome-ignore lint/a11y/useSemanticElements: see DataTable */}
				{/* biome-ignore lint/a11y/useFocusableInteractive: its checkbox has the focus */}
				<div className={css.select} role="columnheader">
					<input
						aria-label={allSelected ? 'Select none' : 'Select all'}
						checked={allSelected}
						onChange={() => (allSelected ? selection.clear() : selection.all())}
						ref={box}
						type="checkbox"
					/>
				</div>
				{columns.map((column) => {
					const sorted = sort.column === column.id;
					const descending = sorted ? !sort.descending : column.largestFirst === true;
					return (
						// biome-ignore lint/a11y/useSemanticElements: see DataTable
						// biome-ignore lint/a11y/useFocusableInteractive: its button has the focus
						<div
							aria-sort={sorted ? (sort.descending ? 'descending' : 'ascending') : 'none'}
							className={css.headCell}
							data-align={column.align}
							key={column.id}
							role="columnheader"
						>
							<button
								onClick={() => onSort({ column: column.id, descending })}
								onKeyDown={(event) => press(column, event)}
								title={`Sort by ${column.label}; Alt and arrow keys change the width`}
								type="button"
							>
								<span>{column.label}</span>
								{sorted && (sort.descending ? <DownIcon size={14} /> : <UpIcon size={14} />)}
							</button>
							<span
								aria-hidden="true"
								className={css.handle}
								onDoubleClick={() => setWidth(column, undefined)}
								onPointerDown={(event) => drag(column, event)}
								title="Drag to change the width, double-click to reset"
							/>
						</div>
					);
				})}
				{/* biome-ignore lint/a11y/useSemanticElements: see DataTable */}
				{/* biome-ignore lint/a11y/useFocusableInteractive: nothing to act on */}
				<div className={css.headCell} role="columnheader">
					<span className={css.unseen}>Actions</span>
				</div>
			</div>
		</div>
	);
}
