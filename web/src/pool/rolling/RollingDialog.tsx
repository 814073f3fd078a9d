/** Before the hosts of a pool restart one after the other: the order, what each lacks, and whether it can go to its end. */
import { Loader, Switch } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Params } from '../../api/methods';
import { useOpenSection } from '../../app/useOpenSection';
import { FormDialog } from '../../form/FormDialog';
import { useDryRun } from '../../form/useDryRun';
import { Reasons } from '../../host/Reasons';
import { type DialogProps, nameLabel, text } from '../../list/noun';
import { useLive, useView } from '../../live/hooks';
import type { Row } from '../../live/view';
import { useMissing } from '../../patch/missing';
import { DoneIcon } from '../../ui/icons';
import { useTell } from '../../ui/tell';
import css from './RollingDialog.module.css';
import { HOURS } from './RollingPlan';
import { tellEnd, untilBegun } from './untilBegun';

const HOSTS = ['name_label', 'enabled', 'productBrand', 'version', 'power_state'];

export default function RollingDialog({ noun, action, target, onClose }: DialogProps) {
	const { t } = useTranslation();
	const live = useLive();
	const tell = useTell();
	const open = useOpenSection();
	const [options, setOptions] = useState({ shutdownPinnedVms: false, rebootVm: false, bypassBackupCheck: false });
	const [pool] = target.is === 'rows' ? target.rows : [];
	const id = pool?.id ?? '';
	const isUpdate = action.id === 'rollingUpdate';
	const method = isUpdate ? 'pool.rollingUpdate' : 'pool.rollingReboot';
	const { rebootVm, ...always } = options;
	const params = { pool: id, ...always, ...(isUpdate && rebootVm && { rebootVm }) };
	const would = useDryRun(method, pool === undefined ? undefined : params);
	const hosts = useHosts(id, text(pool ?? { id }, 'master'));
	if (pool === undefined) return null;
	const name = noun.name(pool);
	const restartsVms = isUpdate && hosts.some(({ productBrand }) => productBrand === 'XenServer');
	const set = (option: keyof typeof options) => (event: { currentTarget: HTMLInputElement }) =>
		setOptions({ ...options, [option]: event.currentTarget.checked });
	const begin = async () => {
		// It takes hours: it is followed on the page of the pool, and a toast only says how it ended.
		const running = live.connection.call(method, params as unknown as Params<typeof method>, HOURS);
		await untilBegun(live.tasks, id, running);
		open('pools', id, 'patches');
		const words = { action: t(action.label), doing: t(action.doing, { name }), done: t(action.done, { name }), name };
		tellEnd(running, () => tell(words, () => running));
	};
	return (
		<FormDialog
			action={t(action.label)}
			onClose={onClose}
			onSubmit={begin}
			ready={would.is === 'would'}
			size="lg"
			title={t('action.ask', { action: t(action.label), name })}
		>
			<p>{t(isUpdate ? 'rolling.updateWhat' : 'rolling.rebootWhat')}</p>
			<table className={css.hosts}>
				<caption>{t('rolling.order')}</caption>
				<thead>
					<tr>
						<th scope="col">{t('host.one')}</th>
						<th scope="col">{t('vm.title')}</th>
						{isUpdate && <th scope="col">{t('rolling.lacks')}</th>}
					</tr>
				</thead>
				<tbody>
					{hosts.map((host, at) => (
						<HostLine host={host} isMaster={at === 0} isUpdate={isUpdate} key={host.id} />
					))}
				</tbody>
			</table>
			<div className={css.options}>
				<Switch
					checked={options.shutdownPinnedVms}
					description={t('rolling.pinnedWhat')}
					label={t('rolling.pinned')}
					onChange={set('shutdownPinnedVms')}
				/>
				{restartsVms && <Switch checked={rebootVm} label={t('rolling.rebootVms')} onChange={set('rebootVm')} />}
				<Switch
					checked={options.bypassBackupCheck}
					label={t('rolling.bypassBackups')}
					onChange={set('bypassBackupCheck')}
				/>
			</div>
			<div aria-live="polite" className={css.check}>
				{would.is === 'asking' && (
					<p>
						<Loader size="xs" /> {t('rolling.checking')}
					</p>
				)}
				{would.is === 'would' && (
					<p className={css.well}>
						<DoneIcon size={17} /> {t('rolling.canGo')}
					</p>
				)}
				{would.is === 'refused' && (
					<>
						<p className={css.cannot}>{t('rolling.cannotGo')}</p>
						<Reasons error={would.error} />
					</>
				)}
			</div>
		</FormDialog>
	);
}

/** The hosts of a pool in the order in which they restart: the master, then the others by name. */
function useHosts(pool: string, master: string): readonly Row[] {
	const wish = useMemo(
		() => ({ type: 'host', filter: `$pool:${pool}`, sort: ['name_label'], columns: HOSTS, limit: 100 }),
		[pool],
	);
	const { rows } = useView(wish);
	return useMemo(() => [...rows].sort((a, b) => Number(b.id === master) - Number(a.id === master)), [rows, master]);
}

function HostLine({ host, isMaster, isUpdate }: { host: Row; isMaster: boolean; isUpdate: boolean }) {
	const { t } = useTranslation();
	const wish = useMemo(
		() => ({ type: 'VM', filter: `$container:${host.id} power_state:Running`, columns: [], limit: 0 }),
		[host.id],
	);
	const { view } = useView(wish);
	const { data, error } = useMissing('host', host.id, isUpdate);
	return (
		<tr>
			<th scope="row">
				{nameLabel(host)} {isMaster && <small>{t('pool.master')}</small>}
			</th>
			<td>{t('vm.counted', { count: view.total ?? 0 })}</td>
			{isUpdate && (
				<td>
					{error !== null && t('patch.unknown')}
					{data !== undefined && t('patch.counted', { count: data.length })}
					{data?.length === 0 && ` (${t('rolling.staysUp')})`}
				</td>
			)}
		</tr>
	);
}
