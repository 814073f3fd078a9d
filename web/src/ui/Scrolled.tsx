import type { ReactNode } from 'react';

/** The main part of a page that scrolls, by keys also where nothing in it can be changed. */
export function Scrolled({ className, children }: { className: string | undefined; children: ReactNode }) {
	return (
		// biome-ignore lint/a11y/noNoninteractiveTabindex: keys scroll what has the focus, and all inside may be disabled
		<main className={className} tabIndex={0}>
			{children}
		</main>
	);
}
