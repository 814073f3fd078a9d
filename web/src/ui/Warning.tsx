import type { ReactNode } from 'react';
import { WarningIcon } from './icons';
import css from './Warning.module.css';

/** What to know before going on; `bad` where something is lost. */
export function Warning({ tone = 'warn', children }: { tone?: 'warn' | 'bad'; children: ReactNode }) {
	return (
		<div className={css.warning} data-tone={tone} role="note">
			<WarningIcon size={17} />
			<div>{children}</div>
		</div>
	);
}
