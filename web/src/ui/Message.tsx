import type { ReactNode } from 'react';
import css from './Message.module.css';

/** How a link in a message looks. */
export const LINK = css.link;

interface MessageProps {
	title: string;
	tone?: 'bad';
	/** 1 where it is all of a page. */
	level?: 1 | 2;
	children?: ReactNode;
}

/** A page or a list with nothing to show: what is the case, and the next step. */
export function Message({ title, tone, level = 2, children }: MessageProps) {
	const Heading = `h${level}` as const;
	return (
		<div className={css.message} data-tone={tone} role={tone === 'bad' ? 'alert' : undefined}>
			<Heading>{title}</Heading>
			{children}
		</div>
	);
}
