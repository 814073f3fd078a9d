/** What a host is made of, and how it feels: processors, firmware, sensors, disks, devices. Asked of it when this is opened. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../api/errors';
import type { Method, Params, Result } from '../api/methods';
import { Setting, Settings } from '../form/Setting';
import { number, text } from '../list/noun';
import { useConnectionState, useLive, useView } from '../live/hooks';
import type { Row } from '../live/view';
import css from '../pool/PoolConfig.module.css';
import { formatBytes, formatNumber } from '../ui/format';
import { Disks } from './Disks';
import { Pcis } from './Pcis';

const COLUMNS = [
	'name_label',
	'CPUs',
	'cpus.cores',
	'cpus.sockets',
	'memory.size',
	'bios_strings',
	'hvmCapable',
	'chipset_info',
	'power_state',
	'$pool',
];

export default function HostHardware({ id }: { id: string }) {
	const wish = useMemo(() => ({ type: 'host', filter: `id:${id}`, columns: COLUMNS, limit: 1 }), [id]);
	const [host] = useView(wish).rows;
	if (host === undefined) return null;
	return (
		<main className={css.page}>
			<Machine host={host} />
			<Processors host={host} />
			<Sensors host={host} />
			<Disks host={host} />
			<Raid host={host} />
			<Pcis host={host.id} />
		</main>
	);
}

/** Asks a host something once, when the section is opened or somebody asks again. */
export function useAsked<M extends Method>(method: M, params: Params<M>, host: Row) {
	const { connection } = useLive();
	const isLive = useConnectionState().is === 'live';
	return useQuery<Result<M>>({
		queryKey: ['host', method, host.id],
		queryFn: () => connection.call(method, params),
		enabled: isLive && host.power_state === 'Running',
		staleTime: 60_000,
		refetchOnWindowFocus: false,
		retry: false,
	});
}

/** What was answered; that it is asked, or why there is no answer. */
export function Answer({ of, children }: { of: { isPending: boolean; error: Error | null }; children: ReactNode }) {
	const { t } = useTranslation();
	if (of.error !== null) return <span className={css.dim}>{errorText(of.error)}</span>;
	if (of.isPending) return <span className={css.dim}>{t('form.looking')}</span>;
	return children;
}

function Machine({ host }: { host: Row }) {
	const { t } = useTranslation();
	const strings = Object(host.bios_strings) as Record<string, string | undefined>;
	const bios = useAsked('host.getBiosInfo', { id: host.id }, host);
	const version = Object(bios.data) as {
		currentBiosVersion?: string;
		newestBiosVersion?: string;
		isUpToDate?: boolean;
	};
	return (
		<Settings title={t('hostPage.machine')}>
			<Setting label={t('hostPage.maker')}>
				{[strings['system-manufacturer'], strings['system-product-name']].filter(Boolean).join(' ')}
			</Setting>
			<Setting label={t('hostPage.serial')}>{strings['system-serial-number']}</Setting>
			<Setting label={t('hostPage.board')}>
				{[strings['baseboard-manufacturer'], strings['baseboard-product-name']].filter(Boolean).join(' ')}
			</Setting>
			<Setting label={t('hostPage.bios')}>
				{[strings['bios-vendor'], version.currentBiosVersion ?? strings['bios-version']].filter(Boolean).join(' ')}
				{version.newestBiosVersion !== undefined && version.isUpToDate === false && (
					<span className={css.note}> {t('hostPage.newerBios', { version: version.newestBiosVersion })}</span>
				)}
			</Setting>
			<Setting label={t('column.ram')}>{formatBytes(number(host, 'memory.size') ?? 0)}</Setting>
		</Settings>
	);
}

function Processors({ host }: { host: Row }) {
	const { t } = useTranslation();
	const cpus = Object(host.CPUs) as Record<string, string | undefined>;
	const threads = useAsked('host.isHyperThreadingEnabled', { id: host.id }, host);
	return (
		<Settings title={t('overview.processors')}>
			<Setting label={t('host.model')}>{cpus.modelname}</Setting>
			<Setting label={t('hostPage.sockets')}>{formatNumber(number(host, 'cpus.sockets') ?? 0)}</Setting>
			<Setting label={t('host.cores')}>{formatNumber(number(host, 'cpus.cores') ?? 0)}</Setting>
			<Setting label={t('hostPage.threads')}>
				<Answer of={threads}>
					{threads.data === null ? t('patch.unknown') : t(threads.data === true ? 'yes' : 'no')}
				</Answer>
			</Setting>
			<Setting label={t('hostPage.hvm')}>{t(host.hvmCapable === true ? 'yes' : 'no')}</Setting>
			<Setting label={t('hostPage.iommu')}>
				{t((Object(host.chipset_info) as { iommu?: boolean }).iommu === true ? 'yes' : 'no')}
			</Setting>
		</Settings>
	);
}

interface Sensor {
	name: string;
	value: string;
	event?: string;
}

function Sensors({ host }: { host: Row }) {
	const { t, i18n } = useTranslation();
	const asked = useAsked('host.getIpmiSensors', { id: host.id }, host);
	const groups = Object.entries(Object(asked.data)) as [string, Sensor[]][];
	return (
		<Settings title={t('hostPage.sensors')}>
			{(asked.isPending || asked.error !== null || groups.length === 0) && (
				<Setting label={t('hostPage.ipmi')}>
					<Answer of={asked}>{t('hostPage.noSensors')}</Answer>
				</Setting>
			)}
			{groups.map(([group, sensors]) => {
				const key = `hostPage.measures.${group}`;
				return (
					<Setting key={group} label={i18n.exists(key) ? t(key as 'hostPage.measures.power') : group}>
						{(Array.isArray(sensors) ? sensors : [sensors]).map(({ name, value, event }) => (
							<div key={name}>
								{name}: {value}
								{event !== undefined && event !== 'ok' && <span className={css.note}> {event}</span>}
							</div>
						))}
					</Setting>
				);
			})}
			{!asked.isPending && (
				<Setting label={t('hostPage.asOfNow')}>
					<Button loading={asked.isFetching} onClick={() => void asked.refetch()} size="compact-xs" variant="default">
						{t('overview.measure')}
					</Button>
				</Setting>
			)}
		</Settings>
	);
}

interface RaidState {
	raid?: Record<string, string>;
	volumes?: string[][];
}

function Raid({ host }: { host: Row }) {
	const { t } = useTranslation();
	const asked = useAsked('host.getMdadmHealth', { id: host.id }, host);
	const state = asked.data as RaidState | null | undefined;
	if (state === undefined || state === null || state.raid === undefined) return null;
	const isWell = state.raid.State === 'clean' || state.raid.State === 'active';
	return (
		<Settings title={t('hostPage.raid')}>
			<Setting label={t('column.state')}>
				<span className={isWell ? undefined : css.note}>{state.raid.State}</span>
			</Setting>
			<Setting label={t('hostPage.level')}>{state.raid['Raid Level']}</Setting>
			{state.volumes?.map((volume) => (
				<Setting key={volume.join()} label={text({ id: '', device: volume.at(-1) }, 'device')}>
					{volume.at(-2)}
				</Setting>
			))}
		</Settings>
	);
}
