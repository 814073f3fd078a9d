import type { VmStats } from '../api/schema';
import { useObject } from '../live/hooks';
import { chartsOfVm } from './charts';
import { Tiles } from './Tiles';
import { wordsWith } from './words';

export default function VmTiles({ id }: { id: string }) {
	const { object: vm } = useObject('VM', id);
	const runs = vm?.power_state === 'Running' || vm?.power_state === 'Paused';
	return runs ? <Tiles charts={charts} id={id} key={vm.$container} kind="VM" list="vms" /> : null;
}

const charts = (stats: VmStats) => chartsOfVm(stats, wordsWith(), 'total');
