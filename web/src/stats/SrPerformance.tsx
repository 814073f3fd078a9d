import type { SrStats } from '../api/schema';
import { chartsOfSr, type Detail } from './charts';
import { Performance } from './Performance';
import { wordsWith } from './words';

export default function SrPerformance({ id }: { id: string }) {
	return <Performance charts={charts} id={id} kind="SR" />;
}

const charts = (stats: SrStats, detail: Detail) => chartsOfSr(stats, wordsWith(), detail);
