import type { ReactNode } from 'react';
import css from './Banner.module.css';
import type { Icon } from './icons';

interface BannerProps {
	icon: Icon;
	/** What is done about it: a button or a link. */
	action: ReactNode;
	/** `alert` interrupts who listens to the page; `status` waits for a pause. */
	role: 'alert' | 'status';
	children: ReactNode;
}

/** A line across the page on what it shows being out of date. */
export function Banner({ icon: BannerIcon, action, role, children }: BannerProps) {
	return (
		<div className={css.banner} role={role}>
			<BannerIcon size={17} />
			<p>{children}</p>
			{action}
		</div>
	);
}

/** A part that narrow screens leave out. */
export function BannerDetail({ children }: { children: ReactNode }) {
	return <span className={css.detail}>{children}</span>;
}
