/** Pools, their hosts, and the VMs on these. What is below a node is asked for when it is opened. */
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { text } from '../list/noun';
import { useView } from '../live/hooks';
import { within } from '../live/listing';
import type { Row } from '../live/view';
import { HostIcon, NetworkIcon, PoolIcon, SrIcon, VmIcon } from '../ui/icons';
import { Node } from './Node';
import css from './Tree.module.css';

const NAME = ['name_label'];
/** Lines below one node; the list that it leads to has all. */
const MOST = 200;
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
		() => ({ type: 'host', filter: within('', '$pool', id), columns: NAME, sort: NAME, limit: MOST }),
		[id],
	);
	const { rows: hosts, view } = useView(wish);
	const here = within('', '$pool', id);
	return (
		<>
			{hosts.map((host) => (
				<Node
					count={counts[host.id] ?? 0}
					icon={HostIcon}
					key={host.id}
					list="vms"
					name={text(host, 'name_label')}
					search={{ s: within('', '$container', host.id) }}
				>
					{() => <Below place={host.id} />}
				</Node>
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

/** The VMs whose place this is. */
function Below({ place }: { place: string }) {
	const wish = useMemo(
		() => ({ type: 'VM', filter: within('', '$container', place), columns: NAME, sort: NAME, limit: MOST }),
		[place],
	);
	const { rows, view } = useView<Row>(wish);
	return (
		<>
			{rows.map((vm) => (
				<Node icon={VmIcon} key={vm.id} list="vms" name={text(vm, 'name_label')} search={{ id: vm.id }} />
			))}
			<More shown={rows.length} total={view.total} />
		</>
	);
}

function More({ shown, total }: { shown: number; total: number | undefined }) {
	const { t } = useTranslation();
	if (total === undefined || total <= shown) return null;
	return <li className={css.empty}>{t('tree.shown', { shown, all: total })}</li>;
}
