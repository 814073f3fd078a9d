/** Who uses most: memory and disks as they change, processors as they were measured when the page was opened. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { nameLabel, number, text } from '../list/noun';
import { useConnectionState, useLive, useView } from '../live/hooks';
import type { Row } from '../live/view';
import { Bar } from '../ui/Bar';
import { formatBytes, formatPercent, formatTime } from '../ui/format';
import { Panel } from '../ui/Panel';
import css from './TopUsers.module.css';

const SHOWN = 5;
const MEMORY = {
	type: 'VM',
	filter: 'power_state:Running',
	sort: ['-memory.size'],
	columns: ['name_label', 'memory.size'],
	limit: SHOWN,
};
const DISKS = { type: 'VDI', sort: ['-usage'], columns: ['name_label', 'usage', '$SR'], limit: SHOWN };
/** Pools whose hosts are asked; each host answers for itself. */
const ASKED = 8;

export function TopUsers({ pools }: { pools: readonly Row[] }) {
	const { t } = useTranslation();
	const { rows: memory, view: memoryView } = useView(MEMORY);
	const { rows: disks, view: diskView } = useView(DISKS);
	const largest = Math.max(1, ...memory.map((vm) => number(vm, 'memory.size') ?? 0));
	const fullest = Math.max(1, ...disks.map((disk) => number(disk, 'usage') ?? 0));
	return (
		<Panel title={t('overview.top')}>
			<div className={css.lists}>
				<Top isWaiting={!memoryView.isSettled} title={t('column.ram')}>
					{memory.map((vm) => (
						<User
							id={vm.id}
							key={vm.id}
							list="vms"
							name={nameLabel(vm)}
							share={(number(vm, 'memory.size') ?? 0) / largest}
							text={formatBytes(number(vm, 'memory.size') ?? 0)}
						/>
					))}
				</Top>
				<Processors pools={pools} />
				<Top isWaiting={!diskView.isSettled} title={t('vdi.title')}>
					{disks.map((disk) => (
						<User
							id={disk.id}
							key={disk.id}
							list="vdis"
							name={text(disk, 'name_label') || disk.id.slice(0, 8)}
							share={(number(disk, 'usage') ?? 0) / fullest}
							text={formatBytes(number(disk, 'usage') ?? 0)}
						/>
					))}
				</Top>
			</div>
		</Panel>
	);
}

interface Measured {
	vms: { topFiveUsage: { cpu?: { id: string; name_label: string; percent: number }[] } };
}

/** Measured by the hosts when they are asked, which an idle page does not do. */
function Processors({ pools }: { pools: readonly Row[] }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const isLive = useConnectionState().is === 'live';
	const ids = pools.slice(0, ASKED).map(({ id }) => id);
	const asked = useQuery({
		queryKey: ['overview', 'cpu', ids],
		queryFn: async () => {
			const told = await Promise.allSettled(ids.map((id) => connection.call('pool.getDashboard', { id })));
			const users = told.flatMap((one) =>
				one.status === 'fulfilled' ? ((one.value as unknown as Measured).vms.topFiveUsage.cpu ?? []) : [],
			);
			return users.sort((a, b) => b.percent - a.percent).slice(0, SHOWN);
		},
		enabled: isLive && ids.length > 0,
		staleTime: Number.POSITIVE_INFINITY,
		refetchOnWindowFocus: false,
		retry: false,
	});
	const at = asked.dataUpdatedAt;
	return (
		<Top
			aside={
				<Button
					disabled={!isLive}
					loading={asked.isFetching}
					onClick={() => void asked.refetch()}
					size="compact-xs"
					variant="default"
				>
					{t('overview.measure')}
				</Button>
			}
			note={at > 0 ? t('overview.measuredAt', { time: formatTime(at / 1000) }) : undefined}
			isWaiting={asked.isPending}
			title={t('overview.processors')}
		>
			{asked.data?.map(({ id, name_label, percent }) => (
				<User id={id} key={id} list="vms" name={name_label} share={percent / 100} text={formatPercent(percent / 100)} />
			))}
		</Top>
	);
}

interface TopProps {
	title: string;
	note?: string;
	aside?: ReactNode;
	isWaiting?: boolean;
	children: ReactNode;
}

function Top({ title, note, aside, isWaiting, children }: TopProps) {
	const { t } = useTranslation();
	return (
		<div>
			<header className={css.header}>
				<h3>{title}</h3>
				{aside}
			</header>
			<ul>{children}</ul>
			{isWaiting && <p className={css.note}>{t('overview.looking')}</p>}
			{note !== undefined && <p className={css.note}>{note}</p>}
		</div>
	);
}

interface UserProps {
	list: 'vms' | 'vdis';
	id: string;
	name: string;
	share: number;
	text: string;
}

function User({ list, id, name, share, text }: UserProps) {
	return (
		<li className={css.user}>
			<Link params={{ list, id }} search={{}} title={name} to="/$list/$id">
				{name}
			</Link>
			<span className={css.number}>{text}</span>
			<Bar full={2} share={share} />
		</li>
	);
}
