import { useTranslation } from 'react-i18next';
import { useConnectionState, useLive } from '../live/hooks';
import { Banner, BannerDetail } from '../ui/Banner';
import { formatDuration } from '../ui/format';
import { DisconnectedIcon } from '../ui/icons';
import { useNow } from '../ui/now';
import { PlainButton } from '../ui/Plain';

/** When the next attempt is made. */
export function RetryIn({ at }: { at: number | undefined }) {
	const { t } = useTranslation();
	const now = useNow();
	if (at === undefined) return <>{t('connection.trying')}</>;
	return <>{t('connection.next', { count: Math.max(1, Math.ceil((at - now) / 1000)) })}</>;
}

/** Says across the page that what it shows is no longer live, since when, and what is done about it. */
export function ConnectionBanner() {
	const { t } = useTranslation();
	const { connection } = useLive();
	const state = useConnectionState();
	if (state.is !== 'lost') return null;
	return (
		<Banner
			action={
				<PlainButton compact onClick={() => connection.reconnect()}>
					{t('connection.reconnect')}
				</PlainButton>
			}
			icon={DisconnectedIcon}
			role="alert"
		>
			<strong>
				<Age since={state.since} />
			</strong>{' '}
			{t('connection.old')} <BannerDetail>{t('connection.reason', { reason: state.reason })}</BannerDetail>{' '}
			<RetryIn at={state.retryAt} />
		</Banner>
	);
}

function Age({ since }: { since: number }) {
	const { t } = useTranslation();
	const seconds = (useNow() - since) / 1000;
	return <>{seconds < 2 ? t('connection.lostNow') : t('connection.lostAgo', { ago: formatDuration(seconds) })}</>;
}
