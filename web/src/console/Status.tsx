/** What stands in place of a console that is not there: what is the case, and what can be done. */
import { Button, Loader } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useNow } from '../ui/now';
import css from './Console.module.css';
import type { State } from './keeper';

interface StatusProps {
	state: State;
	/** Said where there is none. */
	none: string;
	onTry: () => void;
}

export function Status({ state, none, onTry }: StatusProps) {
	const { t } = useTranslation();
	if (state.is === 'open') return null;
	return (
		<div className={css.status} role="status">
			{state.is === 'connecting' && (
				<p>
					<Loader size="xs" /> {t('console.connecting')}
				</p>
			)}
			{state.is === 'lost' && (
				<>
					<p>
						<strong>{t('console.lost')}</strong>
					</p>
					{state.why !== '' && <p>{state.why}</p>}
					<RetryIn at={state.retryAt} />
				</>
			)}
			{state.is === 'none' && (
				<>
					<p>
						<strong>{none}</strong>
					</p>
					{state.why !== '' && <p>{state.why}</p>}
				</>
			)}
			{state.is !== 'connecting' && (
				<Button onClick={onTry} size="compact-sm" variant="default">
					{t('connection.tryNow')}
				</Button>
			)}
		</div>
	);
}

function RetryIn({ at }: { at: number }) {
	const { t } = useTranslation();
	const now = useNow();
	// Not told each second to who listens to the page.
	return <p aria-hidden="true">{t('connection.next', { count: Math.max(1, Math.ceil((at - now) / 1000)) })}</p>;
}
