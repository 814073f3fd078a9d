/** Attachments of disks to virtual machines: their disks and CD drives. */
import i18next from 'i18next';
import { no, type Verdict } from '../api/allowed';
import { lazyDialog, lazySection } from '../app/lazy';
import { nameColumn, YesNoValue, yesNoColumn } from '../list/cells';
import { type DialogProps, type Noun, text } from '../list/noun';
import type { Row } from '../live/view';
import {
	DisconnectedIcon,
	DiskIcon,
	DownloadIcon,
	EjectIcon,
	InsertIcon,
	MigrateIcon,
	RemoveIcon,
	StartIcon,
	UploadIcon,
} from '../ui/icons';
import { VBD_ADDS } from './adds';
import { DiskName, DiskSize, DiskSr, DiskUsage } from './vbdCells';

const disk = (row: Row) => text(row, 'VDI');
const vm = (row: Row) => text(row, 'VM');

function isDisk(row: Row): Verdict {
	if (row.is_cd_drive === true) return no(i18next.t('why.cdDrive'));
	return disk(row) === '' ? no(i18next.t('why.noDisc')) : { ok: true };
}

function isFreeDisk(row: Row): Verdict {
	const verdict = isDisk(row);
	return verdict.ok && row.attached === true ? no(i18next.t('why.disconnectFirst')) : verdict;
}

export const vbds: Noun = {
	id: 'vbds',
	type: 'VBD',
	icon: DiskIcon,
	title: 'vbd.title',
	one: 'vbd.one',
	counted: 'vbd.counted',
	sort: 'name',
	needs: ['position', 'device', 'attached', '$pool', 'VDI', 'VM', 'is_cd_drive'],
	name: (row) => text(row, 'device') || text(row, 'position') || row.id,
	columns: [
		{ ...nameColumn('position', 'device', 'vbd.position'), min: 104, grow: 0 },
		{
			id: 'vdi',
			label: 'vdi.one',
			card: 'left',
			min: 172,
			grow: 4,
			needs: ['VDI'],
			cell: (row) => <DiskName row={row} />,
		},
		{
			id: 'size',
			label: 'column.size',
			card: 'last',
			min: 92,
			grow: 0,
			align: 'end',
			needs: ['VDI'],
			cell: (row) => <DiskSize row={row} />,
		},
		{
			id: 'usage',
			label: 'column.usage',
			min: 160,
			grow: 1,
			hidden: true,
			needs: ['VDI'],
			cell: (row) => <DiskUsage row={row} />,
		},
		{
			id: 'sr',
			label: 'sr.one',
			card: 'middle',
			min: 120,
			grow: 1.2,
			needs: ['VDI'],
			cell: (row) => <DiskSr row={row} />,
		},
		yesNoColumn('attached', 'vif.attached', 'attached', { card: 'right' }),
		yesNoColumn('bootable', 'vbd.bootable', 'bootable', { card: 'number' }),
		yesNoColumn('readOnly', 'vbd.readOnly', 'read_only', { min: 120 }),
		yesNoColumn('cd', 'vbd.cd', 'is_cd_drive', { min: 110 }),
	],
	facets: [{ property: 'is_cd_drive', label: 'vbd.cd', Value: YesNoValue }],
	properties: ['device', 'position', 'bootable', 'read_only'],
	adds: VBD_ADDS,
	Details: lazySection(() => import('./VbdDetails')),
	actions: [
		{
			id: 'connect',
			method: 'vbd.connect',
			label: 'common.connect.label',
			doing: 'common.connect.doing',
			done: 'common.connect.done',
			icon: StartIcon,
			main: true,
			allowed: (row) => (row.attached === true ? no(i18next.t('why.connected')) : { ok: true }),
		},
		{
			id: 'disconnect',
			method: 'vbd.disconnect',
			label: 'common.disconnect.label',
			doing: 'common.disconnect.doing',
			done: 'common.disconnect.done',
			icon: DisconnectedIcon,
			main: true,
			confirm: { consequence: 'vbd.askDisconnect', destroys: false },
			allowed: (row) => (row.attached === true ? { ok: true } : no(i18next.t('why.disconnected'))),
		},
		{
			id: 'migrate',
			method: 'vdi.migrate',
			Dialog: lazyDialog(() => import('./MigrateDialog')),
			of: disk,
			label: 'vdi.migrate.label',
			doing: 'vdi.migrate.doing',
			done: 'vdi.migrate.done',
			icon: MigrateIcon,
			main: true,
			allowed: isDisk,
		},
		{
			id: 'export',
			method: 'disk.exportContent',
			Dialog: lazyDialog(() => import('./ExportDialog')),
			of: disk,
			single: true,
			label: 'vdi.export.label',
			doing: 'vdi.export.doing',
			done: 'vdi.export.done',
			icon: DownloadIcon,
			allowed: isDisk,
		},
		{
			id: 'importContent',
			method: 'disk.importContent',
			Dialog: lazyDialog(() => import('./ImportContentDialog')),
			of: disk,
			single: true,
			label: 'vdi.importContent.label',
			doing: 'vdi.importContent.doing',
			done: 'vdi.importContent.done',
			icon: UploadIcon,
			allowed: isDisk,
		},
		{
			id: 'insert',
			method: 'vm.insertCd',
			Dialog: lazyDialog<DialogProps>(() => import('./InsertDialog')),
			of: vm,
			single: true,
			label: 'vbd.insert.label',
			doing: 'vbd.insert.doing',
			done: 'vbd.insert.done',
			icon: InsertIcon,
			allowed: (row) => (row.is_cd_drive === true ? { ok: true } : no(i18next.t('why.onlyCd'))),
		},
		{
			id: 'eject',
			method: 'vm.ejectCd',
			of: vm,
			single: true,
			label: 'vbd.eject.label',
			doing: 'vbd.eject.doing',
			done: 'vbd.eject.done',
			icon: EjectIcon,
			allowed: (row) => {
				if (row.is_cd_drive !== true) return no(i18next.t('why.onlyCd'));
				return disk(row) === '' ? no(i18next.t('why.noDisc')) : { ok: true };
			},
		},
		{
			id: 'remove',
			method: 'vbd.delete',
			label: 'vbd.detach.label',
			doing: 'vbd.detach.doing',
			done: 'vbd.detach.done',
			icon: RemoveIcon,
			confirm: { consequence: 'vbd.askDetach', destroys: false },
			allowed: (row) => (row.attached === true ? no(i18next.t('why.disconnectFirst')) : { ok: true }),
		},
		{
			id: 'destroy',
			method: 'vdi.delete',
			of: disk,
			label: 'vdi.destroy.label',
			doing: 'vdi.destroy.doing',
			done: 'vdi.destroy.done',
			icon: RemoveIcon,
			confirm: { consequence: 'vdi.askRemove', destroys: true },
			allowed: isFreeDisk,
		},
	],
};
