/** A part of a page with a heading of its own. */
import { type ReactNode, useId } from 'react';
import css from './Panel.module.css';

interface PanelProps {
	title: string;
	/** What stands beside the heading: a link, a button. */
	aside?: ReactNode;
	children: ReactNode;
}

export function Panel({ title, aside, children }: PanelProps) {
	const id = useId();
	return (
		<section aria-labelledby={id} className={css.panel}>
			<header className={css.header}>
				<h2 id={id}>{title}</h2>
				{aside}
			</header>
			{children}
		</section>
	);
}
