import type { KeyboardEvent, PointerEvent, RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import type { Column } from './column';
import css from './DataTable.module.css';
import { track } from './fit';

/** Px that one press of an arrow key widens or narrows a column by, and the least that is left of it. */
const STEP = 16;
const LEAST = 48;

export type SetWidth = (column: Column, width: number | undefined) => void;

interface WidthHandleProps {
	column: Column;
	/** As somebody set it, in px. */
	width: number | undefined;
	setWidth: SetWidth;
	viewport: RefObject<HTMLDivElement | null>;
}

/** The edge of a column: dragged, or moved by arrow keys; a double-click or Enter gives the column its own width back. */
export function WidthHandle({ column, width, setWidth, viewport }: WidthHandleProps) {
	const { t } = useTranslation();
	const drag = (event: PointerEvent<HTMLSpanElement>) => {
		// The column stays where it is.
		event.stopPropagation();
		if (event.button !== 0) return;
		event.preventDefault();
		const handle = event.currentTarget;
		handle.setPointerCapture(event.pointerId);
		const from = event.clientX;
		const before = widthNow(handle);
		let wanted = before;
		// While the pointer moves only the CSS variable changes; the layout is told at the end.
		const move = (next: globalThis.PointerEvent) => {
			wanted = Math.max(LEAST, before + next.clientX - from);
			viewport.current?.style.setProperty(track(column), `${wanted}px`);
		};
		const end = () => {
			handle.removeEventListener('pointermove', move);
			if (wanted !== before) setWidth(column, wanted);
		};
		handle.addEventListener('pointermove', move);
		handle.addEventListener('lostpointercapture', end, { once: true });
	};
	const press = (event: KeyboardEvent<HTMLSpanElement>) => {
		if (event.key === 'Enter') setWidth(column, undefined);
		else if (!widen(event, column, setWidth)) return;
		event.preventDefault();
		event.stopPropagation();
	};
	return (
		// biome-ignore lint/a11y/useSemanticElements: a line across has no edge to take hold of
		<span
			aria-label={t('table.width', { label: t(column.label) })}
			aria-orientation="vertical"
			aria-valuemin={LEAST}
			aria-valuenow={width ?? column.min}
			className={css.handle}
			onDoubleClick={() => setWidth(column, undefined)}
			// Columns share the room; how wide one is, is known when it is asked for.
			onFocus={({ currentTarget }) => currentTarget.setAttribute('aria-valuenow', `${widthNow(currentTarget)}`)}
			onKeyDown={press}
			onPointerDown={drag}
			role="separator"
			tabIndex={0}
			title={t('table.drag')}
		/>
	);
}

/** Widens or narrows the column whose part has the focus, by an arrow key; false for other keys. */
export function widen(event: KeyboardEvent<HTMLElement>, column: Column, setWidth: SetWidth): boolean {
	const by = event.key === 'ArrowRight' ? STEP : event.key === 'ArrowLeft' ? -STEP : 0;
	if (by !== 0) setWidth(column, Math.max(LEAST, widthNow(event.currentTarget) + by));
	return by !== 0;
}

function widthNow(part: HTMLElement): number {
	return Math.round(part.parentElement?.getBoundingClientRect().width ?? LEAST);
}
