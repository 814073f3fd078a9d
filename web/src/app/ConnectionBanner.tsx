import { Button } from '@mantine/core';
import { useConnectionState, useLive } from '../live/hooks';
import { Banner, BannerDetail } from '../ui/Banner';
import { formatDuration } from '../ui/format';
import { DisconnectedIcon } from '../ui/icons';
import { useNow } from '../ui/now';

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
		<Banner
			action={
				<Button color="gray" onClick={() => connection.reconnect()} size="compact-sm" variant="default">
					Reconnect now
				</Button>
			}
			icon={DisconnectedIcon}
			role="alert"
		>
			<strong>
				Connection lost <Age since={state.since} />.
			</strong>{' '}
			Rows show what was known then. <BannerDetail>Reason: {state.reason}.</BannerDetail> <RetryIn at={state.retryAt} />
		</Banner>
	);
}

function Age({ since }: { since: number }) {
	const seconds = (useNow() - since) / 1000;
	return <>{seconds < 2 ? 'just now' : `${formatDuration(seconds)} ago`}</>;
}
