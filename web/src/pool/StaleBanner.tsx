import { useTranslation } from 'react-i18next';
import { PageLink } from '../app/PageLink';
import { useConnectionState } from '../live/hooks';
import { Banner } from '../ui/Banner';
import { formatDuration } from '../ui/format';
import { WarningIcon } from '../ui/icons';
import { useNow } from '../ui/now';
import { BUTTON } from '../ui/Plain';
import { serverName, useServers } from './servers';

/** Says across the page which pools do not answer, and that their rows are as old as that. */
export function StaleBanner() {
	const { t } = useTranslation();
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
				<PageLink className={BUTTON} data-size="compact" to="/servers">
					{t('pool.seeWhy')}
				</PageLink>
			}
			icon={WarningIcon}
			role="status"
		>
			<strong>
				{second === undefined
					? t('freshness.silent', { name: serverName(first) })
					: t('freshness.silentMany', { count: stale.length })}
			</strong>{' '}
			{t('freshness.grey', { ago: formatDuration((now - since) / 1000) })}
		</Banner>
	);
}
