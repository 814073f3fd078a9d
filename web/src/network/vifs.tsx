/** Network interfaces of virtual machines. */
import i18next from 'i18next';
import { useTranslation } from 'react-i18next';
import { no } from '../api/allowed';
import { lazySection } from '../app/lazy';
import {
	NetworkValue,
	nameColumn,
	numberColumn,
	poolColumn,
	poolFacet,
	refColumn,
	textColumn,
	yesNoColumn,
} from '../list/cells';
import { type Noun, text } from '../list/noun';
import { Word } from '../list/Word';
import { DisconnectedIcon, RemoveIcon, StartIcon, VifIcon } from '../ui/icons';
import { LOCKING_MODES } from './addresses';
import { VIF_ADDS } from './adds';
import { VifAddressesCell } from './VifAddresses';

/** What may pass, in a word. */
function LockingValue({ value }: { value: string }) {
	const { t } = useTranslation();
	const mode = LOCKING_MODES.find((known) => known === value);
	return mode === undefined ? value : t(`vif.lockings.${mode}`);
}

const ATTACHED = { true: 'vif.attached', false: 'vif.notAttached' } as const;

function AttachedValue({ value }: { value: string }) {
	return <Word of={ATTACHED} value={value} />;
}

export const vifs: Noun = {
	id: 'vifs',
	type: 'VIF',
	icon: VifIcon,
	title: 'vif.title',
	one: 'vif.one',
	counted: 'vif.counted',
	sort: 'name',
	needs: ['MAC', 'attached', '$pool'],
	name: (row) => text(row, 'MAC') || row.id,
	columns: [
		nameColumn('MAC', '', 'column.mac'),
		refColumn('vm', 'vm.one', 'VM', '$VM', { card: 'left' }),
		refColumn('network', 'network.one', 'network', '$network', { card: 'right' }),
		textColumn('device', 'column.device', 'device', { min: 80, grow: 0 }),
		yesNoColumn('attached', 'vif.attached', 'attached', { card: 'number', min: 110 }),
		{
			id: 'ip',
			label: 'vm.addresses',
			card: 'middle',
			min: 130,
			grow: 1.5,
			needs: ['$VM', 'device'],
			cell: (row) => <VifAddressesCell device={text(row, 'device')} vm={text(row, '$VM')} />,
		},
		numberColumn('mtu', 'column.mtu', 'MTU', { card: 'last', plain: true }),
		{
			...textColumn('locking', 'vif.locking', 'lockingMode', { min: 130 }),
			cell: (row) => <LockingValue value={text(row, 'lockingMode')} />,
		},
		poolColumn,
	],
	facets: [
		{ property: 'attached', label: 'vif.attached', Value: AttachedValue, inline: true },
		{ property: '$network', label: 'network.one', Value: NetworkValue, names: 'network' },
		{ property: 'lockingMode', label: 'vif.locking', Value: LockingValue },
		poolFacet,
	],
	example: 'attached?, MAC:"62:"',
	properties: ['MAC', 'MTU', 'device', 'allowedIpv4Addresses', '$VM'],
	adds: VIF_ADDS,
	Details: lazySection(() => import('./VifDetails')),
	actions: [
		{
			id: 'connect',
			method: 'vif.connect',
			label: 'common.connect.label',
			doing: 'common.connect.doing',
			done: 'common.connect.done',
			icon: StartIcon,
			main: true,
			allowed: (row) => (row.attached === true ? no(i18next.t('why.connected')) : { ok: true }),
		},
		{
			id: 'disconnect',
			method: 'vif.disconnect',
			label: 'common.disconnect.label',
			doing: 'common.disconnect.doing',
			done: 'common.disconnect.done',
			icon: DisconnectedIcon,
			main: true,
			confirm: { consequence: 'vif.askDisconnect', destroys: false },
			allowed: (row) => (row.attached === true ? { ok: true } : no(i18next.t('why.disconnected'))),
		},
		{
			id: 'remove',
			method: 'vif.delete',
			label: 'common.remove.label',
			doing: 'common.remove.doing',
			done: 'common.remove.done',
			icon: RemoveIcon,
			confirm: { consequence: 'vif.askRemove', destroys: true },
			allowed: (row) => (row.attached === true ? no(i18next.t('why.disconnectFirst')) : { ok: true }),
		},
	],
};
