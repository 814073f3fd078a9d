/** Pools, their hosts, and the VMs on these. What is below a node is asked for when it is opened. */
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { text } from '../list/noun';
import { useView } from '../live/hooks';
import { within } from '../live/listing';
import { NetworkIcon, PoolIcon, SrIcon, VmIcon } from '../ui/icons';
import { TAKES_COLUMNS } from '../vm/takes';
import { HostNode } from './HostNode';
import { More } from './More';
import { Node } from './Node';
import css from './Tree.module.css';

const NAME = ['name_label'];
/** Lines below one node; the list that it leads to has all. */
const MOST = 200;
const HOST = ['name_label', ...TAKES_COLUMNS];
const POOLS = { type: 'pool', columns: NAME, sort: NAME, limit: MOST };
const COUNTS = { type: ['VM', 'SR', 'network', 'host'], limit: 0, groupBy: ['$container', '$pool'] };

export function Topology() {
	const { t } = useTranslation();
	const { rows: pools, view } = useView(POOLS);
	const { view: counts } = useView(COUNTS);
	if (pools.length === 0 && view.isSettled) return <p className={css.empty}>{t('tree.empty')}</p>;
	return (
		<ul className={css.tree}>
			{pools.map((pool) => (
				<Node
					icon={PoolIcon}
					key={pool.id}
					list="vms"
					name={text(pool, 'name_label')}
					open={pools.length < 6}
					search={{ s: within('', '$pool', pool.id) }}
				>
					{() => <Pool counts={counts.counts.$container ?? {}} id={pool.id} />}
				</Node>
			))}
		</ul>
	);
}

function Pool({ id, counts }: { id: string; counts: Readonly<Record<string, number>> }) {
	const { t } = useTranslation();
	const wish = useMemo(
		() => ({ type: 'host', filter: within('', '$pool', id), columns: HOST, sort: NAME, limit: MOST }),
		[id],
	);
	const { rows: hosts, view } = useView(wish);
	const here = within('', '$pool', id);
	return (
		<>
			{hosts.map((host) => (
				<HostNode count={counts[host.id] ?? 0} host={host} key={host.id} />
			))}
			<More shown={hosts.length} total={view.total} />
			<Node
				icon={VmIcon}
				list="vms"
				name={`${t('vm.title')} · ${t('vmState.Halted')}`}
				search={{ s: within(here, 'power_state', 'Halted') }}
			/>
			<Node icon={SrIcon} list="srs" name={t('sr.title')} search={{ s: here }} />
			<Node icon={NetworkIcon} list="networks" name={t('network.title')} search={{ s: here }} />
		</>
	);
}
