/** What is shown around every page, by what the connection is: the sign-in, the shell, or why there is neither. */
import { Button, Loader } from '@mantine/core';
import { Outlet } from '@tanstack/react-router';
import { useConnectionState, useLive } from '../live/hooks';
import { Message } from '../ui/Message';
import css from './App.module.css';
import { RetryIn } from './ConnectionBanner';
import { Shell } from './Shell';
import { SignIn } from './SignIn';

export function App() {
	const { connection } = useLive();
	const state = useConnectionState();
	if (state.is === 'signed-out') return <SignIn />;
	if (state.is === 'connecting') {
		return (
			<div className={css.center}>
				<Message title="Connecting to the server">
					<Loader size="sm" />
				</Message>
			</div>
		);
	}
	if (state.is === 'lost' && state.user === undefined) {
		return (
			<div className={css.center}>
				<Message title="The server cannot be reached" tone="bad">
					<p>
						{state.reason}. <RetryIn at={state.retryAt} />
					</p>
					<Button onClick={() => connection.reconnect()} variant="default">
						Try now
					</Button>
				</Message>
			</div>
		);
	}
	return (
		<Shell>
			<Outlet />
		</Shell>
	);
}
