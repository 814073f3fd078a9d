import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useConnectionState, useLive } from '../live/hooks';
import { formatDuration } from '../ui/format';
import { DisconnectedIcon } from '../ui/icons';
import css from './ConnectionBanner.module.css';

/** The time, each second, in ms since the epoch. */
function useNow(): number {
	const [now, setNow] = useState(Date.now);
	useEffect(() => {
		const timer = setInterval(() => setNow(Date.now()), 1000);
		return () => clearInterval(timer);
	}, []);
	return now;
}

/** When the next attempt is made. */
export function RetryIn({ at }: { at: number | undefined }) {
	const now = useNow();
	if (at === undefined) return <>Trying to connect…</>;
	return <>Next attempt in {Math.max(1, Math.ceil((at - now) / 1000))} s.</>;
}

/** Says across the page that what it shows is no longer live, since when, and what is done about it. */
export function ConnectionBanner() {
	const { connection } = useLive();
	const state = useConnectionState();
	if (state.is !== 'lost') return null;
	return (
		<div className={css.banner} role="alert">
			<DisconnectedIcon size={17} />
			<p>
				<strong>
					Connection lost <Age since={state.since} />.
				</strong>{' '}
				Rows show what was known then. <span className={css.reason}>Reason: {state.reason}.</span>{' '}
				<span className={css.retry}>
					<RetryIn at={state.retryAt} />
				</span>
			</p>
			<Button color="gray" onClick={() => connection.reconnect()} size="compact-sm" variant="default">
				Reconnect now
			</Button>
		</div>
	);
}

function Age({ since }: { since: number }) {
	const now = useNow();
	const seconds = (now - since) / 1000;
	return <>{seconds < 2 ? 'just now' : `${formatDuration(seconds)} ago`}</>;
}
