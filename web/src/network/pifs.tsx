/** Network interfaces of hosts. */
import i18next from 'i18next';
import { no } from '../api/allowed';
import {
	NetworkValue,
	nameColumn,
	numberColumn,
	PlaceValue,
	poolColumn,
	poolFacet,
	refColumn,
	textColumn,
	YesNoValue,
	yesNoColumn,
} from '../list/cells';
import { type Noun, number, text } from '../list/noun';
import { DisconnectedIcon, PifIcon, StartIcon } from '../ui/icons';

export const pifs: Noun = {
	id: 'pifs',
	type: 'PIF',
	icon: PifIcon,
	title: 'pif.title',
	one: 'pif.one',
	counted: 'pif.counted',
	sort: 'name',
	needs: ['device', 'attached', '$pool'],
	name: (row) => text(row, 'device') || row.id,
	columns: [
		nameColumn('device', 'deviceName', 'column.device'),
		refColumn('host', 'host.one', 'place', '$host', { card: 'left' }),
		refColumn('network', 'network.one', 'network', '$network', { card: 'right' }),
		{
			...numberColumn('vlan', 'column.vlan', 'vlan', { min: 76 }),
			cell: (row) => <>{(number(row, 'vlan') ?? -1) >= 0 && row.vlan}</>,
		},
		textColumn('ip', 'column.ip', 'ip', { min: 120, grow: 0 }),
		textColumn('mac', 'column.mac', 'mac', { min: 140, grow: 0 }),
		yesNoColumn('attached', 'vif.attached', 'attached', { card: 'number', min: 110 }),
		yesNoColumn('carrier', 'pif.carrier', 'carrier', { min: 90 }),
		yesNoColumn('management', 'pif.management', 'management', { min: 120 }),
		numberColumn('speed', 'pif.speed', 'speed', { card: 'last', min: 120 }),
		numberColumn('mtu', 'column.mtu', 'mtu', { hidden: true }),
		textColumn('mode', 'pif.mode', 'mode', { hidden: true }),
		poolColumn,
	],
	facets: [
		{ property: 'carrier', label: 'pif.carrier', Value: YesNoValue },
		{ property: '$host', label: 'host.one', Value: PlaceValue, names: 'place' },
		{ property: '$network', label: 'network.one', Value: NetworkValue, names: 'network' },
		{ property: 'management', label: 'pif.management', Value: YesNoValue },
		poolFacet,
	],
	example: 'eth0, vlan:12',
	properties: ['device', 'ip', 'mac', 'vlan', 'mode', 'speed'],
	actions: [
		{
			id: 'connect',
			method: 'pif.connect',
			label: 'common.connect.label',
			doing: 'common.connect.doing',
			done: 'common.connect.done',
			icon: StartIcon,
			main: true,
			allowed: (row) => (row.attached === true ? no(i18next.t('why.connected')) : { ok: true }),
		},
		{
			id: 'disconnect',
			method: 'pif.disconnect',
			label: 'common.disconnect.label',
			doing: 'common.disconnect.doing',
			done: 'common.disconnect.done',
			icon: DisconnectedIcon,
			main: true,
			confirm: { consequence: 'pif.askDisconnect', destroys: false },
			allowed: (row) => (row.attached === true ? { ok: true } : no(i18next.t('why.disconnected'))),
		},
	],
};
