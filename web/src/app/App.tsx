/** What is shown around every page, by what the connection is: the sign-in, the shell, or why there is neither. */
import { Button, Loader } from '@mantine/core';
import { Outlet } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useConnectionState, useLive } from '../live/hooks';
import { Message } from '../ui/Message';
import css from './App.module.css';
import { RetryIn } from './ConnectionBanner';
import { SignIn } from './SignIn';

/** Fetched while the connection opens: whoever has to sign in first does not wait for it. */
const loading = import('./Shell');
const Shell = lazy(() => loading.then((module) => ({ default: module.Shell })));

export function App() {
	const { t } = useTranslation();
	const { connection } = useLive();
	const state = useConnectionState();
	if (state.is === 'signed-out') return <SignIn ended={state.ended} />;
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
					<Button onClick={() => connection.reconnect()} variant="default">
						{t('connection.tryNow')}
					</Button>
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
				<Loader size="sm" />
			</Message>
		</div>
	);
}
