/** What is shown around every page, by what the connection is: the sign-in, the shell, or why there is neither. */
import { Outlet } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { withTexts } from '../i18n';
import { useConnectionState, useLive } from '../live/hooks';
import { Message } from '../ui/Message';
import { PlainButton, Spinner } from '../ui/Plain';
import css from './App.module.css';
import { RetryIn } from './ConnectionBanner';

/** Fetched while the connection opens: whoever has to sign in first does not wait for it. */
const loading = import('./Shell').then((module) => {
	loaded = module.Shell;
	return { default: module.Shell };
});
let loaded: typeof import('./Shell').Shell | undefined;
const LazyShell = lazy(() => loading);
const SignIn = lazy(() => withTexts(import('./SignIn')).then((module) => ({ default: module.SignIn })));

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
			<Frame key={state.user?.id} />
		</Suspense>
	);
}

/** What is lazy is shown only 300 ms after what stood in its place, though it be there: the shell that is needs none. */
function Frame() {
	const [Shell] = useState(() => loaded ?? LazyShell);
	return (
		<Shell>
			<Outlet />
		</Shell>
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
