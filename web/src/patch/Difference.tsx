/** Whether a host has the updates that the master of its pool has: hosts of a pool should have the same. */
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useConnectionState, useLive } from '../live/hooks';
import { MISSING } from './missing';

interface DifferenceProps {
	host: string;
	master: string;
	/** Whether to ask. */
	enabled: boolean;
}

export function Difference({ host, master, enabled }: DifferenceProps) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const isLive = useConnectionState().is === 'live';
	const { data, error } = useQuery({
		queryKey: [MISSING, 'difference', host, master],
		queryFn: () =>
			Promise.all([
				connection.call('pool.getPatchesDifference', { source: host, target: master }),
				connection.call('pool.getPatchesDifference', { source: master, target: host }),
			]),
		enabled: isLive && enabled && host !== master,
		staleTime: 60_000,
		refetchOnWindowFocus: false,
		refetchOnReconnect: false,
		retry: false,
	});
	if (host === master) return <>{t('patch.isMaster')}</>;
	if (error !== null) return <>{t('patch.unknown')}</>;
	if (data === undefined) return null;
	const [lacks, hasMore] = data;
	if (lacks.length + hasMore.length === 0) return <>{t('patch.same')}</>;
	const said = [
		lacks.length > 0 && t('patch.lacks', { names: lacks.join(', ') }),
		hasMore.length > 0 && t('patch.hasMore', { names: hasMore.join(', ') }),
	];
	return <>{said.filter(Boolean).join(' · ')}</>;
}
