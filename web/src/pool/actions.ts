/** What can be done to pools. */

import i18next from 'i18next';
import { no } from '../api/allowed';
import { lazyDialog } from '../app/lazy';
import type { Action } from '../list/noun';
import type { Row } from '../live/view';
import {
	AddIcon,
	CrownIcon,
	DownloadIcon,
	EmergencyIcon,
	HeartbeatIcon,
	PackageIcon,
	PoolIcon,
	RollingIcon,
	StarIcon,
	UploadIcon,
} from '../ui/icons';

const OK = { ok: true } as const;
const hasHa = (row: Row) => (row.HA_enabled === true ? OK : no(i18next.t('why.haOff')));
const hasNoHa = (row: Row) => (row.HA_enabled === true ? no(i18next.t('why.haOn')) : OK);

const ask = lazyDialog(() => import('../list/AskDialog'));
const join = lazyDialog(() => import('./AddHostDialog'));
const rolling = lazyDialog(() => import('./rolling/RollingDialog'));

export const actions: readonly Action[] = [
	{
		id: 'rollingUpdate',
		method: 'pool.rollingUpdate',
		principal: 'pool',
		Dialog: rolling,
		label: 'poolAction.rollingUpdate.label',
		doing: 'poolAction.rollingUpdate.doing',
		done: 'poolAction.rollingUpdate.done',
		icon: PackageIcon,
		main: true,
	},
	{
		id: 'rollingReboot',
		method: 'pool.rollingReboot',
		principal: 'pool',
		Dialog: rolling,
		label: 'poolAction.rollingReboot.label',
		doing: 'poolAction.rollingReboot.doing',
		done: 'poolAction.rollingReboot.done',
		icon: RollingIcon,
		main: true,
	},
	{
		id: 'defaultSr',
		method: 'pool.setDefaultSr',
		Dialog: lazyDialog(() => import('./DefaultSrDialog')),
		label: 'poolAction.defaultSr',
		doing: 'poolAction.defaultSr',
		done: 'poolAction.defaultSr',
		icon: StarIcon,
	},
	{
		id: 'addHost',
		method: 'pool.addHost',
		Dialog: join,
		label: 'poolAction.addHost.label',
		doing: 'poolAction.addHost.doing',
		done: 'poolAction.addHost.done',
		icon: AddIcon,
	},
	{
		id: 'merge',
		method: 'pool.mergeInto',
		principal: 'target',
		Dialog: join,
		label: 'poolAction.merge.label',
		doing: 'poolAction.merge.doing',
		done: 'poolAction.merge.done',
		icon: PoolIcon,
	},
	{
		id: 'master',
		method: 'pool.setPoolMaster',
		Dialog: lazyDialog(() => import('./MasterDialog')),
		label: 'poolAction.master.label',
		doing: 'poolAction.master.doing',
		done: 'poolAction.master.done',
		icon: CrownIcon,
	},
	{
		id: 'enableHa',
		method: 'pool.enableHa',
		principal: 'pool',
		Dialog: lazyDialog(() => import('./HaDialog')),
		label: 'poolAction.enableHa.label',
		doing: 'poolAction.enableHa.doing',
		done: 'poolAction.enableHa.done',
		icon: HeartbeatIcon,
		allowed: hasNoHa,
	},
	{
		id: 'disableHa',
		method: 'pool.disableHa',
		principal: 'pool',
		Dialog: ask,
		label: 'poolAction.disableHa.label',
		doing: 'poolAction.disableHa.doing',
		done: 'poolAction.disableHa.done',
		icon: HeartbeatIcon,
		confirm: { consequence: 'poolAction.disableHa.ask', destroys: false },
		allowed: hasHa,
	},
	{
		id: 'pack',
		method: 'pool.installSupplementalPack',
		principal: 'pool',
		Dialog: lazyDialog(() => import('../host/PackDialog')),
		label: 'hostAction.pack.label',
		doing: 'hostAction.pack.doing',
		done: 'hostAction.pack.done',
		icon: UploadIcon,
	},
	{
		id: 'logs',
		method: 'pool.getSystemStatuses',
		Dialog: lazyDialog(() => import('../host/LogsDialog')),
		label: 'hostAction.logs.label',
		doing: 'hostAction.logs.doing',
		done: 'hostAction.logs.done',
		icon: DownloadIcon,
	},
	{
		id: 'emergency',
		method: 'pool.emergencyShutdown',
		Dialog: ask,
		label: 'poolAction.emergency.label',
		doing: 'poolAction.emergency.doing',
		done: 'poolAction.emergency.done',
		icon: EmergencyIcon,
		confirm: { consequence: 'poolAction.emergency.ask', destroys: true },
	},
];
