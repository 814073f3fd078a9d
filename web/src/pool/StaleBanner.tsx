import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useConnectionState } from '../live/hooks';
import { Banner } from '../ui/Banner';
import { count, formatDuration } from '../ui/format';
import { WarningIcon } from '../ui/icons';
import { useNow } from '../ui/now';
import { serverName, useServers } from './servers';

/** Says across the page which pools do not answer, and that their rows are as old as that. */
export function StaleBanner() {
	const state = useConnectionState();
	const { data } = useServers();
	const stale = (data ?? []).filter(({ staleSince }) => typeof staleSince === 'number');
	const now = useNow(stale.length > 0);
	const [first, second] = stale;
	if (state.is === 'lost' || first === undefined) return null;
	const since = Math.min(...stale.map(({ staleSince }) => staleSince ?? now));
	return (
		<Banner
			action={
				<Button
					color="gray"
					renderRoot={(props) => <Link to="/pools" {...props} />}
					size="compact-sm"
					variant="default"
				>
					See why
				</Button>
			}
			icon={WarningIcon}
			role="status"
		>
			<strong>
				{second === undefined ? `${serverName(first)} does not answer` : `${count(stale.length, 'pool')} do not answer`}
				.
			</strong>{' '}
			Grey rows show what was known {formatDuration((now - since) / 1000)} ago.
		</Banner>
	);
}
