/** How hosts connect to storages. */
import i18next from 'i18next';
import { no } from '../api/allowed';
import { PlaceValue, refColumn, YesNoValue, yesNoColumn } from '../list/cells';
import type { Noun } from '../list/noun';
import { DisconnectedIcon, RemoveIcon, SrIcon, StartIcon } from '../ui/icons';
import { PbdHost, pathsOf } from './PbdHost';

export const pbds: Noun = {
	id: 'pbds',
	type: 'PBD',
	icon: SrIcon,
	title: 'pbd.title',
	one: 'pbd.one',
	counted: 'pbd.counted',
	sort: 'attached',
	needs: ['host', 'SR', 'attached', '$pool', 'device_config'],
	name: (row) => pathsOf(row) || row.id,
	columns: [
		{
			id: 'name',
			label: 'host.one',
			card: 'title',
			min: 172,
			grow: 2,
			always: true,
			needs: ['host'],
			cell: (row) => <PbdHost row={row} />,
		},
		yesNoColumn('attached', 'vif.attached', 'attached', { card: 'right', min: 120 }),
		{
			id: 'config',
			label: 'pbd.config',
			card: 'left',
			min: 260,
			grow: 4,
			needs: ['device_config'],
			cell: (row) => <span title={pathsOf(row)}>{pathsOf(row)}</span>,
			text: pathsOf,
		},
		refColumn('sr', 'sr.one', 'SR', 'SR', { hidden: true }),
	],
	facets: [
		{ property: 'attached', label: 'vif.attached', Value: YesNoValue },
		{ property: 'host', label: 'host.one', Value: PlaceValue, names: 'place' },
	],
	properties: ['host', 'SR'],
	actions: [
		{
			id: 'connect',
			method: 'pbd.connect',
			label: 'common.connect.label',
			doing: 'common.connect.doing',
			done: 'common.connect.done',
			icon: StartIcon,
			main: true,
			allowed: (row) => (row.attached === true ? no(i18next.t('why.connected')) : { ok: true }),
		},
		{
			id: 'disconnect',
			method: 'pbd.disconnect',
			label: 'common.disconnect.label',
			doing: 'common.disconnect.doing',
			done: 'common.disconnect.done',
			icon: DisconnectedIcon,
			main: true,
			confirm: { consequence: 'pbd.askDisconnect', destroys: false },
			allowed: (row) => (row.attached === true ? { ok: true } : no(i18next.t('why.disconnected'))),
		},
		{
			id: 'remove',
			method: 'pbd.delete',
			label: 'srAction.forget.label',
			doing: 'srAction.forget.doing',
			done: 'srAction.forget.done',
			icon: RemoveIcon,
			confirm: { consequence: 'pbd.askRemove', destroys: true },
			allowed: (row) => (row.attached === true ? no(i18next.t('why.disconnectFirst')) : { ok: true }),
		},
	],
};
