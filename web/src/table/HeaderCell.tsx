import type { KeyboardEvent, PointerEvent, RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import { DownIcon, UpIcon } from '../ui/icons';
import { type Column, pressed, type Sort } from './column';
import css from './DataTable.module.css';
import { type SetWidth, WidthHandle, widen } from './WidthHandle';

interface HeaderCellProps {
	column: Column;
	sort: readonly Sort[];
	onSort: (sort: Sort[]) => void;
	width: number | undefined;
	setWidth: SetWidth;
	viewport: RefObject<HTMLDivElement | null>;
	isDragged: boolean;
	onTake: (column: Column, event: PointerEvent<HTMLElement>) => void;
}

/** The head of a column: a press sorts by it, a drag puts it elsewhere, and its edge changes its width. */
export function HeaderCell(props: HeaderCellProps) {
	const { column, sort, onSort, width, setWidth, viewport, isDragged, onTake } = props;
	const { t } = useTranslation();
	const rank = sort.findIndex((one) => one.column === column.id);
	const sorted = sort[rank];
	const label = t(column.label);
	const press = (event: KeyboardEvent<HTMLButtonElement>) => {
		if (event.altKey && widen(event, column, setWidth)) event.preventDefault();
	};
	return (
		// biome-ignore lint/a11y/useSemanticElements: see DataTable
		// biome-ignore lint/a11y/useFocusableInteractive: its button has the focus
		<div
			aria-label={label}
			aria-sort={sorted === undefined ? 'none' : sorted.descending ? 'descending' : 'ascending'}
			className={css.headCell}
			data-align={column.align}
			data-dragged={isDragged || undefined}
			onPointerDown={(event) => onTake(column, event)}
			role="columnheader"
		>
			{column.sort === undefined ? (
				<span>{label}</span>
			) : (
				<button
					onClick={(event) => onSort(pressed(sort, column, event.shiftKey))}
					onKeyDown={press}
					title={t('table.sortBy', { label })}
					type="button"
				>
					<span>{label}</span>
					{sorted && (sorted.descending ? <DownIcon size={14} /> : <UpIcon size={14} />)}
					{sorted && sort.length > 1 && <span className={css.rank}>{rank + 1}</span>}
				</button>
			)}
			<WidthHandle column={column} setWidth={setWidth} viewport={viewport} width={width} />
		</div>
	);
}
