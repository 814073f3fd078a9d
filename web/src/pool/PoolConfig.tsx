/** The settings of a pool, each changed in its place. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { use, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { loadNoun } from '../app/loadNoun';
import { ObjectSetting } from '../form/ObjectSetting';
import { Setting, Settings, SwitchSetting, TextSetting, useSet } from '../form/Setting';
import { useRun } from '../list/Actions';
import { list, nameLabel, text } from '../list/noun';
import { rowsTarget } from '../list/target';
import { useHeld } from '../live/Held';
import { useConnectionState, useLive, useName, useView } from '../live/hooks';
import type { Row } from '../live/view';
import { TagsEditor } from '../tag/TagsEditor';
import { useConfirm } from '../ui/Confirm';
import { Scrolled } from '../ui/Scrolled';
import { useTell } from '../ui/tell';
import { HostsSettings } from './HostsSettings';
import css from './PoolConfig.module.css';

const COLUMNS = [
	'name_label',
	'name_description',
	'tags',
	'master',
	'auto_poweron',
	'migrationCompression',
	'HA_enabled',
	'haSrs',
	'default_SR',
	'suspendSr',
	'crashDumpSr',
	'otherConfig',
	'platform_version',
	'cpus',
	'$pool',
];

export default function PoolConfig({ id }: { id: string }) {
	const wish = useMemo(() => ({ type: 'pool', filter: `id:${id}`, columns: COLUMNS, limit: 1 }), [id]);
	const [pool] = useView(wish).rows;
	if (pool === undefined) return null;
	return (
		<Scrolled className={css.page}>
			<General pool={pool} />
			<Storage pool={pool} />
			<Networks pool={pool} />
			<HostsSettings pool={id} />
			<Licence pool={pool} />
		</Scrolled>
	);
}

function useAct(pool: Row) {
	const run = useRun();
	const noun = use(loadNoun('pools'));
	return (id: string) => {
		const action = noun.actions.find((candidate) => candidate.id === id);
		if (action !== undefined) run(noun, action, rowsTarget([pool]));
	};
}

function General({ pool }: { pool: Row }) {
	const { t } = useTranslation();
	const isHeld = useHeld() !== undefined;
	const set = useSet('pool.set', pool.id, nameLabel(pool));
	const act = useAct(pool);
	const master = text(pool, 'master');
	const masterName = useName('place', master);
	const hasHa = pool.HA_enabled === true;
	return (
		<Settings title={t('poolPage.general')}>
			<TextSetting label={t('column.name')} property="name_label" required set={set} value={text(pool, 'name_label')} />
			<TextSetting
				label={t('edit.description')}
				property="name_description"
				set={set}
				value={text(pool, 'name_description')}
			/>
			<Setting label={t('column.tags')}>
				<TagsEditor disabled={isHeld} id={pool.id} onPick={undefined} tags={list(pool, 'tags')} />
			</Setting>
			<Setting label={t('pool.master')}>
				<span className={css.line}>
					<Link params={{ list: 'hosts', id: master }} search={{}} to="/$list/$id">
						{masterName}
					</Link>
					<Button disabled={isHeld} onClick={() => act('master')} size="compact-xs" variant="default">
						{t('poolAction.master.label')}…
					</Button>
				</span>
			</Setting>
			<Setting help={t('poolPage.haWhat')} label={t('vm.ha')}>
				<span className={css.line}>
					{t(hasHa ? 'yes' : 'no')}
					<Button
						disabled={isHeld}
						onClick={() => act(hasHa ? 'disableHa' : 'enableHa')}
						size="compact-xs"
						variant="default"
					>
						{t(hasHa ? 'poolAction.disableHa.label' : 'poolAction.enableHa.label')}…
					</Button>
				</span>
			</Setting>
			{hasHa && (
				<Setting label={t('poolPage.heartbeat')}>
					<SrNames ids={list(pool, 'haSrs')} />
				</Setting>
			)}
			<SwitchSetting
				help={t('poolPage.autoStartWhat')}
				label={t('pool.autoStart')}
				property="auto_poweron"
				set={set}
				value={pool.auto_poweron === true}
			/>
			<SwitchSetting
				help={t('poolPage.compressionWhat')}
				label={t('poolPage.compression')}
				property="migrationCompression"
				set={set}
				value={pool.migrationCompression === true}
			/>
		</Settings>
	);
}

function SrNames({ ids }: { ids: readonly string[] }) {
	return ids.map((id) => <SrName id={id} key={id} />);
}

function SrName({ id }: { id: string }) {
	return <div>{useName('SR', id) ?? id.slice(0, 8)}</div>;
}

function Storage({ pool }: { pool: Row }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const tell = useTell();
	const name = nameLabel(pool);
	const set = useSet('pool.set', pool.id, name);
	const filter = `$pool:${pool.id} !content_type:iso size:>0`;
	const makeDefault = async (sr: string | null) => {
		if (sr === null) return;
		const label = t('pool.defaultSr');
		const words = { action: label, doing: t('edit.change', { label }), done: t('form.set', { name, label }), name };
		await tell(words, () => connection.call('pool.setDefaultSr', { sr }));
	};
	return (
		<Settings title={t('poolPage.storage')}>
			<ObjectSetting
				filter={filter}
				help={t('poolPage.defaultSrWhat')}
				label={t('pool.defaultSr')}
				onSet={(sr) => void makeDefault(sr)}
				required
				type="SR"
				value={text(pool, 'default_SR')}
			/>
			<ObjectSetting
				filter={filter}
				help={t('poolPage.suspendSrWhat')}
				label={t('poolPage.suspendSr')}
				onSet={(suspendSr) => void set(t('poolPage.suspendSr'), { suspendSr })}
				placeholder={t('poolPage.ofHost')}
				type="SR"
				value={text(pool, 'suspendSr')}
			/>
			<ObjectSetting
				filter={filter}
				label={t('poolPage.crashSr')}
				onSet={(crashDumpSr) => void set(t('poolPage.crashSr'), { crashDumpSr })}
				placeholder={t('poolPage.ofHost')}
				type="SR"
				value={text(pool, 'crashDumpSr')}
			/>
		</Settings>
	);
}

const MANAGEMENT = { type: 'PIF', columns: ['$network'], limit: 1 };

function Networks({ pool }: { pool: Row }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const confirm = useConfirm();
	const tell = useTell();
	const name = nameLabel(pool);
	const set = useSet('pool.set', pool.id, name);
	const [pif] = useView(useMemo(() => ({ ...MANAGEMENT, filter: `$pool:${pool.id} management?` }), [pool.id])).rows;
	const other = Object(pool.otherConfig) as Record<string, string | undefined>;
	const filter = `$pool:${pool.id}`;
	const manage = async (network: string | null) => {
		if (network === null) return;
		const label = t('poolPage.management');
		const sure = await confirm({
			title: t('action.ask', { action: label, name }),
			body: <p>{t('poolPage.managementWhat')}</p>,
			action: t('poolPage.manage'),
			destroys: false,
		});
		if (!sure) return;
		const words = { action: label, doing: t('edit.change', { label }), done: t('form.set', { name, label }), name };
		await tell(words, () => connection.call('pool.managementReconfigure', { id: pool.id, network }));
	};
	return (
		<Settings title={t('network.title')}>
			<ObjectSetting
				filter={filter}
				help={t('poolPage.managementHelp')}
				label={t('poolPage.management')}
				onSet={(network) => void manage(network)}
				required
				type="network"
				value={pif === undefined ? undefined : text(pif, '$network')}
			/>
			<ObjectSetting
				filter={filter}
				label={t('poolPage.migrationNetwork')}
				onSet={(migrationNetwork) => void set(t('poolPage.migrationNetwork'), { migrationNetwork })}
				placeholder={t('poolPage.ofManagement')}
				type="network"
				value={other['xo:migrationNetwork']}
			/>
			<ObjectSetting
				filter={filter}
				label={t('poolPage.backupNetwork')}
				onSet={(backupNetwork) => void set(t('poolPage.backupNetwork'), { backupNetwork })}
				placeholder={t('poolPage.ofManagement')}
				type="network"
				value={other['xo:backupNetwork']}
			/>
		</Settings>
	);
}

function Licence({ pool }: { pool: Row }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const isLive = useConnectionState().is === 'live';
	const { data } = useQuery({
		queryKey: ['licence', pool.id],
		queryFn: () => connection.call('pool.getLicenseState', { pool: pool.id }),
		enabled: isLive,
		refetchOnWindowFocus: false,
		retry: false,
	});
	const boot = useQuery({
		queryKey: ['secure boot', pool.id],
		queryFn: () => connection.call('pool.getGuestSecureBootReadiness', { id: pool.id }),
		enabled: isLive,
		refetchOnWindowFocus: false,
		retry: false,
	});
	return (
		<Settings title={t('poolPage.product')}>
			<Setting label={t('poolPage.edition')}>{data?.edition}</Setting>
			<Setting label={t('poolPage.licenceUntil')}>
				{data?.expiry === 'never' ? t('poolPage.never') : data?.expiry}
			</Setting>
			<Setting label={t('poolPage.platform')}>{text(pool, 'platform_version')}</Setting>
			<Setting label={t('poolPage.secureBoot')}>
				{boot.data !== undefined && t(`poolPage.boot.${String(boot.data) as 'ready'}`)}
			</Setting>
		</Settings>
	);
}
