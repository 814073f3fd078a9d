import type { ReactNode } from 'react';
import css from './Message.module.css';

/** A page or a list with nothing to show: what is the case, and the next step. */
export function Message({ title, tone, children }: { title: string; tone?: 'bad'; children?: ReactNode }) {
	return (
		<div className={css.message} data-tone={tone} role={tone === 'bad' ? 'alert' : undefined}>
			<h2>{title}</h2>
			{children}
		</div>
	);
}
