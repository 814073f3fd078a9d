/** Networks. */
import { lazyDialog, lazySection } from '../app/lazy';
import {
	countColumn,
	nameColumn,
	numberColumn,
	poolFacet,
	refColumn,
	tagsColumn,
	tagsFacet,
	textColumn,
	YesNoValue,
	yesNoColumn,
} from '../list/cells';
import { type Noun, nameLabel } from '../list/noun';
import { within } from '../live/listing';
import { NetworkIcon, RemoveIcon } from '../ui/icons';
import { NETWORK_ADDS } from './adds';

export const networks: Noun = {
	id: 'networks',
	type: 'network',
	icon: NetworkIcon,
	title: 'network.title',
	one: 'network.one',
	counted: 'network.counted',
	sort: 'name',
	needs: ['name_label', '$pool'],
	name: nameLabel,
	set: 'network.set',
	columns: [
		nameColumn(),
		refColumn('pool', 'column.pool', 'place', '$pool', { card: 'left' }),
		countColumn('pifs', 'pif.title', 'PIFs', { card: 'number', min: 150 }),
		countColumn('vifs', 'vif.title', 'VIFs', { card: 'last', min: 150 }),
		numberColumn('mtu', 'column.mtu', 'MTU', { card: 'right', plain: true }),
		textColumn('bridge', 'network.bridge', 'bridge', { hidden: true }),
		yesNoColumn('bonded', 'network.bonded', 'isBonded', { hidden: true }),
		yesNoColumn('automatic', 'network.automatic', 'automatic', { hidden: true }),
		yesNoColumn('locked', 'network.locked', 'defaultIsLocked', { hidden: true, min: 150 }),
		yesNoColumn('nbd', 'network.nbd', 'nbd', { hidden: true }),
		tagsColumn(),
	],
	facets: [{ property: 'isBonded', label: 'network.bonded', Value: YesNoValue }, poolFacet, tagsFacet],
	example: 'storage, MTU:9000',
	properties: ['name_label', 'name_description', 'MTU', 'bridge', 'uuid'],
	sections: [
		{ id: 'vifs', label: 'vif.title', list: 'vifs', scope: (id) => within('', '$network', id) },
		{ id: 'pifs', label: 'pif.title', list: 'pifs', scope: (id) => within('', '$network', id) },
		{ id: 'logs', label: 'object.activity', Page: lazySection(() => import('../activity/NetworkActivity')) },
	],
	Details: lazySection(() => import('./NetworkDetails')),
	adds: NETWORK_ADDS,
	actions: [
		{
			id: 'remove',
			method: 'network.delete',
			Dialog: lazyDialog(() => import('../list/AskDialog')),
			label: 'common.remove.label',
			doing: 'common.remove.doing',
			done: 'common.remove.done',
			icon: RemoveIcon,
			main: true,
			confirm: { consequence: 'network.askRemove', destroys: true },
		},
	],
};
