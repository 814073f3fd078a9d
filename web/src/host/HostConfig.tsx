/** The settings of a host, each changed in its place. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { EditableText } from '../form/EditableText';
import { ObjectSetting } from '../form/ObjectSetting';
import { ChoiceSetting, Setting, Settings, SwitchSetting, TextSetting, useSet } from '../form/Setting';
import { list, nameLabel, text } from '../list/noun';
import { useHeld } from '../live/Held';
import { useConnectionState, useLive, useView } from '../live/hooks';
import type { Row } from '../live/view';
import css from '../pool/PoolConfig.module.css';
import { TagsEditor } from '../tag/TagsEditor';
import { useConfirm } from '../ui/Confirm';
import { formatTime } from '../ui/format';
import { Scrolled } from '../ui/Scrolled';
import { useTell } from '../ui/tell';
import { Certificates } from './Certificates';
import { ControlDomain } from './ControlDomain';

const ADDRESS = ['ip'];
const COLUMNS = [
	'name_label',
	'name_description',
	'tags',
	'$pool',
	'address',
	'hostname',
	'iscsiIqn',
	'multipathing',
	'logging',
	'powerOnMode',
	'enabled',
	'controlDomain',
	'certificates',
	'license_params',
	'license_server',
	'license_expiry',
	'productBrand',
	'version',
	'build',
	'startTime',
	'agentStartTime',
	'power_state',
];

export default function HostConfig({ id }: { id: string }) {
	const wish = useMemo(() => ({ type: 'host', filter: `id:${id}`, columns: COLUMNS, limit: 1 }), [id]);
	const [host] = useView(wish).rows;
	if (host === undefined) return null;
	return (
		<Scrolled className={css.page}>
			<General host={host} />
			<Storage host={host} />
			<System host={host} />
			<ControlDomain host={host} />
			<Certificates host={host} />
			<Licence host={host} />
		</Scrolled>
	);
}

function General({ host }: { host: Row }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const confirm = useConfirm();
	const tell = useTell();
	const isHeld = useHeld() !== undefined;
	const name = nameLabel(host);
	const set = useSet('host.set', host.id, name);
	const [pif] = useView(
		useMemo(() => ({ type: 'PIF', filter: `$host:${host.id} management?`, columns: ['device'], limit: 1 }), [host.id]),
	).rows;
	const manage = async (to: string | null) => {
		if (to === null) return;
		const label = t('hostPage.management');
		const sure = await confirm({
			title: t('action.ask', { action: label, name }),
			body: <p>{t('poolPage.managementWhat')}</p>,
			action: t('poolPage.manage'),
			destroys: false,
		});
		if (!sure) return;
		const words = { action: label, doing: t('edit.change', { label }), done: t('form.set', { name, label }), name };
		await tell(words, () => connection.call('host.managementReconfigure', { id: host.id, pif: to }));
	};
	return (
		<Settings title={t('poolPage.general')}>
			<TextSetting label={t('column.name')} property="name_label" required set={set} value={text(host, 'name_label')} />
			<TextSetting
				label={t('edit.description')}
				property="name_description"
				set={set}
				value={text(host, 'name_description')}
			/>
			<Setting label={t('column.tags')}>
				<TagsEditor disabled={isHeld} id={host.id} onPick={undefined} tags={list(host, 'tags')} />
			</Setting>
			<Setting label={t('column.address')}>{text(host, 'address')}</Setting>
			<Setting label={t('hostPage.hostname')}>{text(host, 'hostname')}</Setting>
			<ObjectSetting
				filter={`$host:${host.id} ip:/./`}
				help={t('hostPage.managementHelp')}
				columns={ADDRESS}
				hint={(row) => text(row, 'ip')}
				label={t('hostPage.management')}
				named="device"
				onSet={(to) => void manage(to)}
				required
				type="PIF"
				value={pif?.id}
			/>
		</Settings>
	);
}

function Storage({ host }: { host: Row }) {
	const { t } = useTranslation();
	const set = useSet('host.set', host.id, nameLabel(host));
	return (
		<Settings title={t('poolPage.storage')}>
			<TextSetting
				help={t('hostPage.iqnWhat')}
				label={t('hostPage.iqn')}
				property="iscsiIqn"
				required
				set={set}
				value={text(host, 'iscsiIqn')}
			/>
			<SwitchSetting
				help={t('poolPage.multipathWhat')}
				label={t('poolPage.multipath')}
				property="multipathing"
				set={set}
				value={host.multipathing === true}
			/>
		</Settings>
	);
}

const GRANULARITIES = ['cpu', 'core', 'socket'] as const;

function System({ host }: { host: Row }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const queries = useQueryClient();
	const state = useConnectionState();
	const name = nameLabel(host);
	const syslog = useSet('host.setRemoteSyslogHost', host.id, name);
	const schedule = useSet('host.setSchedulerGranularity', host.id, name);
	const key = ['scheduler', host.id];
	const { data } = useQuery({
		queryKey: key,
		queryFn: () => connection.call('host.getSchedulerGranularity', { id: host.id }),
		enabled: state.is === 'live' && host.power_state === 'Running',
		refetchOnWindowFocus: false,
		retry: false,
	});
	const set = async (label: string, change: object) => {
		await schedule(label, change);
		await queries.invalidateQueries({ queryKey: key });
	};
	const mode = text(host, 'powerOnMode');
	return (
		<Settings title={t('hostPage.system')}>
			<Setting help={t('poolPage.syslogWhat')} label={t('poolPage.syslog')}>
				<EditableText
					disabled={state.is === 'lost'}
					label={t('poolPage.syslog')}
					labelled
					onSave={(to) => syslog(t('poolPage.syslog'), { syslogDestination: to === '' ? null : to })}
					value={text(Object(host.logging), 'syslog_destination')}
				/>
			</Setting>
			{data !== undefined && data !== null && (
				<ChoiceSetting
					choices={GRANULARITIES.map((value) => ({ value, label: t(`hostPage.granularities.${value}`) }))}
					help={t('hostPage.granularityWhat')}
					label={t('hostPage.granularity')}
					property="schedulerGranularity"
					set={set}
					value={String(data)}
				/>
			)}
			<Setting help={t('hostPage.powerOnWhat')} label={t('hostPage.powerOn')}>
				{mode === '' ? t('off') : mode}
			</Setting>
			<Setting label={t('column.started')}>{typeof host.startTime === 'number' && formatTime(host.startTime)}</Setting>
			<Setting label={t('hostPage.agentStarted')}>
				{typeof host.agentStartTime === 'number' && formatTime(host.agentStartTime)}
			</Setting>
			<Setting label={t('column.version')}>
				{[...new Set([text(host, 'productBrand'), text(host, 'version'), text(host, 'build')])]
					.filter(Boolean)
					.join(' ')}
			</Setting>
		</Settings>
	);
}

function Licence({ host }: { host: Row }) {
	const { t } = useTranslation();
	const params = Object(host.license_params) as Record<string, string | undefined>;
	const server = Object(host.license_server) as { address?: string; port?: string };
	const edition = params.sku_marketing_name ?? params.sku_type;
	const expiry = host.license_expiry;
	return (
		<Settings title={t('hostPage.licence')}>
			{edition !== undefined && <Setting label={t('poolPage.edition')}>{edition}</Setting>}
			<Setting label={t('poolPage.licenceUntil')}>
				{/* Beyond 2090, a date stands for "never". */}
				{typeof expiry === 'number' && expiry < 3_786_912_000 ? formatTime(expiry) : t('poolPage.never')}
			</Setting>
			<Setting label={t('hostPage.licenceServer')}>
				{server.address !== undefined && `${server.address}:${server.port ?? ''}`}
			</Setting>
		</Settings>
	);
}
