import { type RefObject, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Column, Sort } from './column';
import css from './DataTable.module.css';
import { HeaderCell } from './HeaderCell';
import type { Layout } from './layout';
import { put } from './order';
import { chosenOf, type Selection } from './selection';
import { useColumnDrag } from './useColumnDrag';

interface HeaderProps {
	/** All there are, and those that are shown. */
	columns: readonly Column[];
	shown: readonly Column[];
	layout: Layout;
	sort: readonly Sort[];
	onSort: (sort: Sort[]) => void;
	onLayout: (change: (layout: Layout) => Layout) => void;
	selection: Selection;
	/** How many rows match. */
	total: number;
	viewport: RefObject<HTMLDivElement | null>;
}

export function Header({ columns, shown, layout, sort, onSort, onLayout, selection, total, viewport }: HeaderProps) {
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

	const { dragged, mark, begin, swallow } = useColumnDrag(shown, (column, to) =>
		onLayout((before) => put(columns, before, column, shown, to)),
	);

	return (
		// biome-ignore lint/a11y/useSemanticElements: see DataTable
		<div className={css.head} role="rowgroup">
			{/* biome-ignore lint/a11y/useSemanticElements: see DataTable */}
			{/* biome-ignore lint/a11y/useFocusableInteractive: its cells have the focus */}
			<div aria-rowindex={1} className={css.headRow} onClickCapture={swallow} role="row">
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
				{shown.map((column) => (
					<HeaderCell
						column={column}
						isDragged={column === dragged}
						key={column.id}
						onSort={onSort}
						onTake={begin}
						setWidth={setWidth}
						sort={sort}
						viewport={viewport}
						width={layout.widths[column.id]}
					/>
				))}
				{/* biome-ignore lint/a11y/useSemanticElements: see DataTable */}
				{/* biome-ignore lint/a11y/useFocusableInteractive: nothing to act on */}
				<div className={css.headCell} role="columnheader">
					<span className={css.unseen}>{t('table.actions')}</span>
				</div>
			</div>
			{mark !== undefined && (
				<div
					className={css.mark}
					aria-hidden="true"
					data-mark
					style={{ left: mark, height: viewport.current?.clientHeight }}
				/>
			)}
		</div>
	);
}
