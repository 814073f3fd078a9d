/** How many pools, hosts and VMs there are, by state; each number leads to the list of those. */
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { NounId } from '../list/noun';
import { useUser, useView } from '../live/hooks';
import type { Row } from '../live/view';
import { useServers } from '../pool/servers';
import { formatNumber } from '../ui/format';
import { HostIcon, type Icon, PoolIcon, VmIcon } from '../ui/icons';
import css from './States.module.css';

const VMS = { type: 'VM', columns: [], limit: 0, groupBy: ['power_state'] };
const VM_STATES = ['Running', 'Halted', 'Paused', 'Suspended'] as const;

export function States({ pools, hosts }: { pools: readonly Row[]; hosts: readonly Row[] }) {
	const { t } = useTranslation();
	const { view } = useView(VMS);
	const counts = view.counts.power_state ?? {};
	const count = (is: (host: Row) => boolean) => hosts.filter(is).length;
	const runs = (host: Row) => host.power_state === 'Running';
	return (
		<ul className={css.states}>
			<Tile icon={PoolIcon} list="pools" title={t('pool.title')} total={pools.length}>
				<Connections />
			</Tile>
			<Tile icon={HostIcon} list="hosts" title={t('host.title')} total={hosts.length}>
				<State
					count={count((host) => runs(host) && host.enabled === true)}
					filter="power_state:Running enabled?"
					list="hosts"
					name={t('overview.hostsRunning')}
					tone="running"
				/>
				<State
					count={count((host) => runs(host) && host.enabled !== true)}
					filter="power_state:Running !enabled?"
					list="hosts"
					name={t('overview.hostsDisabled')}
					tone="paused"
				/>
				<State
					count={count((host) => !runs(host))}
					filter="!power_state:Running"
					list="hosts"
					name={t('overview.hostsOff')}
					tone="bad"
				/>
			</Tile>
			<Tile icon={VmIcon} list="vms" title={t('vm.title')} total={view.total}>
				{VM_STATES.map((state) => (
					<State
						count={counts[state] ?? 0}
						filter={`power_state:${state}`}
						key={state}
						list="vms"
						name={t(`vmState.${state}`)}
						tone={state.toLowerCase()}
					/>
				))}
			</Tile>
		</ul>
	);
}

interface TileProps {
	icon: Icon;
	list: NounId;
	title: string;
	total: number | undefined;
	children: ReactNode;
}

function Tile({ icon: TileIcon, list, title, total, children }: TileProps) {
	return (
		<li className={css.tile}>
			<Link className={css.total} params={{ list }} search={{}} to="/$list">
				<TileIcon size={20} stroke={1.6} />
				<span>{title}</span>
				<strong>{total === undefined ? '…' : formatNumber(total)}</strong>
			</Link>
			<ul className={css.parts}>{children}</ul>
		</li>
	);
}

interface StateProps {
	list: NounId;
	filter: string;
	name: string;
	count: number;
	tone: string;
}

/** A state that nobody is in takes no room. */
function State({ list, filter, name, count, tone }: StateProps) {
	if (count === 0) return null;
	return (
		<li>
			<Link className={css.state} params={{ list }} search={{ s: filter }} to="/$list">
				<span aria-hidden="true" className={css.dot} data-tone={tone} />
				<strong>{formatNumber(count)}</strong> {name}
			</Link>
		</li>
	);
}

/** Whether the pools answer; that is known to administrators. */
function Connections() {
	const { t } = useTranslation();
	const isAdmin = useUser()?.permission === 'admin';
	const { data } = useServers();
	if (!isAdmin || data === undefined) return null;
	const wanted = data.filter(({ enabled }) => enabled);
	const live = wanted.filter(({ status, staleSince }) => status === 'connected' && typeof staleSince !== 'number');
	const parts = [
		[live.length, t('overview.connected'), 'running'],
		[wanted.length - live.length, t('overview.silent'), 'bad'],
		[data.length - wanted.length, t('overview.off'), 'halted'],
	] as const;
	return parts.map(
		([count, name, tone]) =>
			count > 0 && (
				<li key={name}>
					<Link className={css.state} to="/servers">
						<span aria-hidden="true" className={css.dot} data-tone={tone} />
						<strong>{formatNumber(count)}</strong> {name}
					</Link>
				</li>
			),
	);
}
