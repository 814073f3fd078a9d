/** Attachments of disks to virtual machines. */
import i18next from 'i18next';
import { no } from '../api/allowed';
import { nameColumn, refColumn, textColumn, YesNoValue, yesNoColumn } from '../list/cells';
import { type Noun, text } from '../list/noun';
import { DisconnectedIcon, DiskIcon, RemoveIcon, StartIcon } from '../ui/icons';

export const vbds: Noun = {
	id: 'vbds',
	type: 'VBD',
	icon: DiskIcon,
	title: 'vbd.title',
	one: 'vbd.one',
	counted: 'vbd.counted',
	sort: 'name',
	needs: ['position', 'device', 'attached', '$pool'],
	name: (row) => text(row, 'device') || text(row, 'position') || row.id,
	columns: [
		nameColumn('position', 'device', 'vbd.position'),
		refColumn('vdi', 'vdi.one', 'VDI', 'VDI', { card: 'left', grow: 3 }),
		yesNoColumn('attached', 'vif.attached', 'attached', { card: 'right' }),
		yesNoColumn('bootable', 'vbd.bootable', 'bootable', { card: 'number' }),
		yesNoColumn('readOnly', 'vbd.readOnly', 'read_only', { min: 120 }),
		yesNoColumn('cd', 'vbd.cd', 'is_cd_drive', { card: 'last', min: 110 }),
		textColumn('device', 'column.device', 'device', { hidden: true }),
	],
	facets: [{ property: 'is_cd_drive', label: 'vbd.cd', Value: YesNoValue }],
	properties: ['device', 'position', 'bootable', 'read_only'],
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
			id: 'remove',
			method: 'vbd.delete',
			label: 'vbd.detach.label',
			doing: 'vbd.detach.doing',
			done: 'vbd.detach.done',
			icon: RemoveIcon,
			confirm: { consequence: 'vbd.askDetach', destroys: false },
			allowed: (row) => (row.attached === true ? no(i18next.t('why.disconnectFirst')) : { ok: true }),
		},
	],
};
