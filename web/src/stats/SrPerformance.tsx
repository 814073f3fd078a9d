import { useMemo } from 'react';
import type { SrStats } from '../api/schema';
import { chartsOfSr, type Detail } from './charts';
import { Performance } from './Performance';
import { wordsWith } from './words';

export default function SrPerformance({ id }: { id: string }) {
	const own = useMemo(() => [id], [id]);
	return <Performance charts={charts} kind="SR" own={own} />;
}

const charts = (stats: SrStats, detail: Detail) => chartsOfSr(stats, wordsWith(), detail);
