/** Storage repositories. */
import { lazySection } from '../app/lazy';
import {
	countColumn,
	nameColumn,
	PlaceValue,
	poolColumn,
	poolFacet,
	refColumn,
	tagsColumn,
	tagsFacet,
	textColumn,
	usageColumn,
	YesNoValue,
	yesNoColumn,
} from '../list/cells';
import { type Noun, nameLabel } from '../list/noun';
import { within } from '../live/listing';
import { DisconnectedIcon, RebootIcon, RemoveIcon, SrIcon, StartIcon } from '../ui/icons';
import { VDI_ADDS } from '../vdi/adds';

export const srs: Noun = {
	id: 'srs',
	type: 'SR',
	icon: SrIcon,
	title: 'sr.title',
	one: 'sr.one',
	counted: 'sr.counted',
	sort: 'name',
	needs: ['name_label', '$pool'],
	name: nameLabel,
	set: 'sr.set',
	columns: [
		nameColumn(),
		textColumn('type', 'column.type', 'SR_type', { card: 'left', min: 80, grow: 0 }),
		refColumn('host', 'sr.where', 'place', '$container', { card: 'middle' }),
		yesNoColumn('shared', 'sr.shared', 'shared', { min: 90 }),
		usageColumn('usage', 'column.usage', 'physical_usage', 'size', { card: 'last', min: 190 }),
		countColumn('disks', 'vdi.title', 'VDIs', { card: 'number', min: 84 }),
		textColumn('content', 'sr.content', 'content_type', { hidden: true }),
		poolColumn,
		tagsColumn(),
	],
	facets: [
		{ property: 'SR_type', label: 'column.type', inline: true },
		{ property: 'shared', label: 'sr.shared', Value: YesNoValue },
		{ property: '$container', label: 'sr.where', Value: PlaceValue, names: 'place' },
		poolFacet,
		tagsFacet,
	],
	example: 'nfs, shared?',
	properties: ['name_label', 'name_description', 'size', 'physical_usage', 'uuid'],
	sections: [
		{ id: 'disks', label: 'vdi.title', list: 'vdis', scope: (id) => within('', '$SR', id), adds: VDI_ADDS },
		{ id: 'stats', label: 'object.performance', Page: lazySection(() => import('../stats/SrPerformance')) },
		{ id: 'logs', label: 'object.activity', Page: lazySection(() => import('../activity/SrActivity')) },
	],
	actions: [
		{
			id: 'scan',
			method: 'sr.scan',
			label: 'srAction.scan.label',
			doing: 'srAction.scan.doing',
			done: 'srAction.scan.done',
			icon: RebootIcon,
			main: true,
		},
		{
			id: 'connect',
			method: 'sr.connectAllPbds',
			label: 'srAction.connect.label',
			doing: 'srAction.connect.doing',
			done: 'srAction.connect.done',
			icon: StartIcon,
			main: true,
		},
		{
			id: 'disconnect',
			method: 'sr.disconnectAllPbds',
			label: 'srAction.disconnect.label',
			doing: 'srAction.disconnect.doing',
			done: 'srAction.disconnect.done',
			icon: DisconnectedIcon,
			confirm: { consequence: 'srAction.disconnect.ask', destroys: false },
		},
		{
			id: 'forget',
			method: 'sr.forget',
			label: 'srAction.forget.label',
			doing: 'srAction.forget.doing',
			done: 'srAction.forget.done',
			icon: RemoveIcon,
			confirm: { consequence: 'srAction.forget.ask', destroys: true },
		},
	],
};
