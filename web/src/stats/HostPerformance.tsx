import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { HostStats } from '../api/schema';
import { nameLabel, text } from '../list/noun';
import { useObject, useView } from '../live/hooks';
import { chartsOfHost, type Detail } from './charts';
import { Performance } from './Performance';
import type { Chart } from './series';
import { wordsWith } from './words';

export default function HostPerformance({ id }: { id: string }) {
	const { t } = useTranslation();
	const { object: host } = useObject('host', id);
	const charts = useHostCharts(host?.$pool);
	const own = useMemo(() => [id], [id]);
	if (host === undefined) return null;
	return (
		<Performance
			charts={charts}
			kind="host"
			own={own}
			off={host.power_state === 'Halted' ? t('why.hostOff') : undefined}
		/>
	);
}

/** The charts of hosts of a pool, with the names of its storage. */
export function useHostCharts(pool: string | undefined): (stats: HostStats, detail: Detail) => Chart[] {
	// Statistics know storage by the beginning of its uuid.
	const wish = useMemo(
		() =>
			pool === undefined
				? undefined
				: { type: 'SR', filter: `$pool:${pool}`, columns: ['name_label', 'uuid'], limit: 500 },
		[pool],
	);
	const { rows } = useView(wish);
	return useCallback(
		(stats: HostStats, detail: Detail) => {
			const names = new Map(rows.map((row) => [text(row, 'uuid').slice(0, 8), nameLabel(row)]));
			return chartsOfHost(
				stats,
				wordsWith((prefix) => names.get(prefix) ?? prefix),
				detail,
			);
		},
		[rows],
	);
}
