import { Menu } from '@mantine/core';
import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { DoneIcon, DownIcon, UpIcon } from '../ui/icons';
import css from './ColumnsItems.module.css';
import type { Column } from './column';

interface ColumnLineProps {
	column: Column;
	shown: boolean;
	/** The columns that it would change places with. */
	before: Column | undefined;
	after: Column | undefined;
	onShow: () => void;
	onMove: (by: -1 | 1) => void;
}

/**
 * A column in the menu: whether it is shown, and where. Left and right lead to the buttons that move it, as does Tab;
 * Alt and an arrow key move it from anywhere in its line.
 */
export function ColumnLine({ column, shown, before, after, onShow, onMove }: ColumnLineProps) {
	const { t } = useTranslation();
	const label = t(column.label);
	const up = before ? t('columns.up', { label, other: t(before.label) }) : t('columns.first', { label });
	const down = after ? t('columns.down', { label, other: t(after.label) }) : t('columns.last', { label });
	return (
		// biome-ignore lint/a11y/useSemanticElements: a part of a menu
		<div aria-label={label} className={css.line} onKeyDownCapture={(event) => press(event, onMove)} role="group">
			<Menu.CheckboxItem
				aria-disabled={column.always}
				checkIcon={<DoneIcon size={15} />}
				checked={shown}
				className={css.name}
				onChange={() => column.always || onShow()}
			>
				{label}
			</Menu.CheckboxItem>
			<button
				aria-disabled={before === undefined}
				aria-label={up}
				className={css.move}
				onClick={() => onMove(-1)}
				role="menuitem"
				title={up}
				type="button"
			>
				<UpIcon size={15} />
			</button>
			<button
				aria-disabled={after === undefined}
				aria-label={down}
				className={css.move}
				onClick={() => onMove(1)}
				role="menuitem"
				title={down}
				type="button"
			>
				<DownIcon size={15} />
			</button>
		</div>
	);
}

function press(event: KeyboardEvent<HTMLElement>, move: (by: -1 | 1) => void): void {
	const { key, altKey, currentTarget: line } = event;
	const by = key === 'ArrowUp' || key === 'ArrowLeft' ? -1 : key === 'ArrowDown' || key === 'ArrowRight' ? 1 : 0;
	if (by === 0) return;
	const sideways = key === 'ArrowLeft' || key === 'ArrowRight';
	const buttons = [...line.querySelectorAll<HTMLElement>('button')];
	const at = buttons.indexOf(document.activeElement as HTMLElement);
	if (altKey) move(by);
	else if (sideways) buttons[at + by]?.focus();
	// From a button that moves, the column above or below; from the column, the menu knows.
	else if (at > 0) (by < 0 ? line.previousElementSibling : line.nextElementSibling)?.querySelector('button')?.focus();
	else return;
	event.preventDefault();
	event.stopPropagation();
}
