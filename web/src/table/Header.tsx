import { type KeyboardEvent, type PointerEvent, type RefObject, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { DownIcon, UpIcon } from '../ui/icons';
import { type Column, pressed, type Sort } from './column';
import { track } from './DataTable';
import css from './DataTable.module.css';
import type { Layout } from './layout';
import { chosenOf, type Selection } from './selection';

interface HeaderProps {
	columns: readonly Column[];
	sort: readonly Sort[];
	onSort: (sort: Sort[]) => void;
	onLayout: (change: (layout: Layout) => Layout) => void;
	selection: Selection;
	/** How many rows match. */
	total: number;
	viewport: RefObject<HTMLDivElement | null>;
}

/** Px that one press of Alt and an arrow key widens or narrows a column by. */
const STEP = 16;

export function Header({ columns, sort, onSort, onLayout, selection, total, viewport }: HeaderProps) {
	const { t } = useTranslation();
	const box = useRef<HTMLInputElement>(null);
	const chosen = chosenOf(selection, total);
	const allSelected = total > 0 && chosen === total;
	const some = chosen > 0 && !allSelected;
	useEffect(() => {
		if (box.current !== null) box.current.indeterminate = some;
	}, [some]);

	const setWidth = (column: Column, width: number | undefined) =>
		onLayout((layout) => {
			const { [column.id]: _, ...widths } = layout.widths;
			return { ...layout, widths: width === undefined ? widths : { ...widths, [column.id]: Math.round(width) } };
		});

	const drag = (column: Column, event: PointerEvent<HTMLSpanElement>) => {
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

	const press = (column: Column, event: KeyboardEvent<HTMLButtonElement>) => {
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
						aria-label={t(allSelected ? 'table.selectNone' : 'table.selectAll')}
						checked={allSelected}
						onChange={() => (allSelected ? selection.clear() : selection.everything())}
						ref={box}
						type="checkbox"
					/>
				</div>
				{columns.map((column) => {
					const rank = sort.findIndex((one) => one.column === column.id);
					const sorted = sort[rank];
					const label = t(column.label);
					return (
						// biome-ignore lint/a11y/useSemanticElements: see DataTable
						// biome-ignore lint/a11y/useFocusableInteractive: its button has the focus
						<div
							aria-sort={sorted === undefined ? 'none' : sorted.descending ? 'descending' : 'ascending'}
							className={css.headCell}
							data-align={column.align}
							key={column.id}
							role="columnheader"
						>
							{column.sort === undefined ? (
								<span>{label}</span>
							) : (
								<button
									onClick={(event) => onSort(pressed(sort, column, event.shiftKey))}
									onKeyDown={(event) => press(column, event)}
									title={t('table.sortBy', { label })}
									type="button"
								>
									<span>{label}</span>
									{sorted && (sorted.descending ? <DownIcon size={14} /> : <UpIcon size={14} />)}
									{sorted && sort.length > 1 && <span className={css.rank}>{rank + 1}</span>}
								</button>
							)}
							<span
								aria-hidden="true"
								className={css.handle}
								onDoubleClick={() => setWidth(column, undefined)}
								onPointerDown={(event) => drag(column, event)}
								title={t('table.drag')}
							/>
						</div>
					);
				})}
				{/* biome-ignore lint/a11y/useSemanticElements: see DataTable */}
				{/* biome-ignore lint/a11y/useFocusableInteractive: nothing to act on */}
				<div className={css.headCell} role="columnheader">
					<span className={css.unseen}>{t('table.actions')}</span>
				</div>
			</div>
		</div>
	);
}
