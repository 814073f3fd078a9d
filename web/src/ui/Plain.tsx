/** Plain buttons and a sign of waiting, for what the first page shows before any component is fetched. */
import type { ReactNode } from 'react';
import css from './button.module.css';

/** How a link looks that is a button. */
export const BUTTON = css.button;
export const ICON_BUTTON = css.icon;
/** A place whose content is fetched: a sign of waiting is in it until there is any. */
export const FILLED = css.filled;

interface PlainButtonProps {
	onClick: () => void;
	/** In a line of text. */
	compact?: boolean;
	children: ReactNode;
}

export function PlainButton({ onClick, compact, children }: PlainButtonProps) {
	return (
		<button className={css.button} data-size={compact ? 'compact' : undefined} onClick={onClick} type="button">
			{children}
		</button>
	);
}

export function Spinner() {
	return <span aria-hidden="true" className={css.spinner} />;
}
