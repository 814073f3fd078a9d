/** A pool is measured at its hosts: one line each. */
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useView } from '../live/hooks';
import { useHostCharts } from './HostPerformance';
import { Performance } from './Performance';

export default function PoolPerformance({ id }: { id: string }) {
	const { t } = useTranslation();
	const wish = useMemo(
		() => ({
			type: 'host',
			filter: `$pool:${id} power_state:Running`,
			sort: ['name_label'],
			columns: ['name_label'],
			limit: 100,
		}),
		[id],
	);
	const { rows, view } = useView(wish);
	const key = rows.map((row) => row.id).join(' ');
	const own = useMemo(() => key.split(' ').filter(Boolean), [key]);
	const charts = useHostCharts(id);
	if (own.length === 0 && !view.isSettled) return null;
	return <Performance charts={charts} kind="host" off={own.length === 0 ? t('stats.noHost') : undefined} own={own} />;
}
