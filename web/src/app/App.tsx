/** What is shown around every page, by what the connection is: the sign-in, the shell, or why there is neither. */
import { Outlet } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { withTexts } from '../i18n';
import { useConnectionState, useLive } from '../live/hooks';
import { Message } from '../ui/Message';
import { PlainButton, Spinner } from '../ui/Plain';
import css from './App.module.css';
import { RetryIn } from './ConnectionBanner';

/** Fetched while the connection opens: whoever has to sign in first does not wait for it. */
const loading = import('./Shell');
const SignIn = lazy(() => withTexts(import('./SignIn')).then((module) => ({ default: module.SignIn })));
const Shell = lazy(() => loading.then((module) => ({ default: module.Shell })));

export function App() {
	const { t } = useTranslation();
	const { connection } = useLive();
	const state = useConnectionState();
	if (state.is === 'signed-out') {
		return (
			<Suspense fallback={<Connecting />}>
				<SignIn ended={state.ended} />
			</Suspense>
		);
	}
	if (state.is === 'connecting') {
		return <Connecting />;
	}
	if (state.is === 'lost' && state.user === undefined) {
		return (
			<div className={css.center}>
				<Message title={t('connection.unreachable')} tone="bad">
					<p>
						{state.reason}. <RetryIn at={state.retryAt} />
					</p>
					<PlainButton onClick={() => connection.reconnect()}>{t('connection.tryNow')}</PlainButton>
				</Message>
			</div>
		);
	}
	return (
		<Suspense fallback={<Connecting />}>
			{/* Nothing of one user is there for another. */}
			<Shell key={state.user?.id}>
				<Outlet />
			</Shell>
		</Suspense>
	);
}

function Connecting() {
	const { t } = useTranslation();
	return (
		<div className={css.center}>
			<Message title={t('connection.connecting')}>
				<Spinner />
			</Message>
		</div>
	);
}
