import type { HostStats } from '../api/schema';
import { useObject } from '../live/hooks';
import { chartsOfHost } from './charts';
import { Tiles } from './Tiles';
import { wordsWith } from './words';

export default function HostTiles({ id }: { id: string }) {
	const { object: host } = useObject('host', id);
	return host?.power_state === 'Running' ? <Tiles charts={charts} id={id} kind="host" list="hosts" /> : null;
}

const charts = (stats: HostStats) => chartsOfHost(stats, wordsWith(), 'total');
