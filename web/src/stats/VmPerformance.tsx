import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { VmStats } from '../api/schema';
import { useObject } from '../live/hooks';
import { chartsOfVm, type Detail } from './charts';
import { Performance } from './Performance';
import { wordsWith } from './words';

export default function VmPerformance({ id }: { id: string }) {
	const { t } = useTranslation();
	const { object: vm } = useObject('VM', id);
	const own = useMemo(() => [id], [id]);
	if (vm === undefined) return null;
	const isOff = vm.power_state === 'Halted' || vm.power_state === 'Suspended';
	return <Performance charts={charts} kind="VM" own={own} off={isOff ? t('stats.vmOff') : undefined} />;
}

const charts = (stats: VmStats, detail: Detail) => chartsOfVm(stats, wordsWith(), detail);
