/** Virtual disks. */
import {
	bytesColumn,
	nameColumn,
	poolColumn,
	poolFacet,
	refColumn,
	SrValue,
	tagsColumn,
	tagsFacet,
	textColumn,
	usageColumn,
	yesNoColumn,
} from '../list/cells';
import { type Noun, nameLabel } from '../list/noun';
import { DiskIcon, RemoveIcon } from '../ui/icons';

export const vdis: Noun = {
	id: 'vdis',
	type: 'VDI',
	icon: DiskIcon,
	title: 'vdi.title',
	one: 'vdi.one',
	counted: 'vdi.counted',
	sort: 'name',
	needs: ['name_label', '$pool'],
	name: nameLabel,
	set: 'vdi.set',
	columns: [
		nameColumn(),
		refColumn('sr', 'sr.one', 'SR', '$SR', { card: 'left' }),
		bytesColumn('size', 'column.size', 'size', { card: 'last' }),
		usageColumn('usage', 'column.usage', 'usage', 'size', { min: 190 }),
		textColumn('type', 'column.type', 'VDI_type', { card: 'right', min: 90, grow: 0 }),
		yesNoColumn('cbt', 'vdi.cbt', 'cbt_enabled', { hidden: true }),
		yesNoColumn('missing', 'vdi.missing', 'missing', { hidden: true }),
		poolColumn,
		tagsColumn(),
	],
	facets: [
		{ property: 'VDI_type', label: 'column.type', inline: true },
		{ property: '$SR', label: 'sr.one', Value: SrValue, names: 'SR' },
		poolFacet,
		tagsFacet,
	],
	properties: ['name_label', 'name_description', 'size', 'usage', 'uuid', '$VBDs'],
	actions: [
		{
			id: 'remove',
			method: 'vdi.delete',
			label: 'common.remove.label',
			doing: 'common.remove.doing',
			done: 'common.remove.done',
			icon: RemoveIcon,
			main: true,
			confirm: { consequence: 'vdi.askRemove', destroys: true },
		},
	],
};
