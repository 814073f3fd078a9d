/** Virtual disks. */
import { lazyDialog, lazySection } from '../app/lazy';
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
import { type Add, type AddProps, type Noun, nameLabel } from '../list/noun';
import { within } from '../live/listing';
import { AddIcon, AttachIcon, DiskIcon, DownloadIcon, MigrateIcon, RemoveIcon, UploadIcon } from '../ui/icons';

/** A new disk, of a storage where the list is one of its sections. */
export const VDI_ADDS: readonly Add[] = [
	{ id: 'new', label: 'vdi.new', icon: AddIcon, Dialog: lazyDialog<AddProps>(() => import('./NewDiskOnSr')) },
];

export const vdis: Noun = {
	id: 'vdis',
	type: 'VDI',
	icon: DiskIcon,
	title: 'vdi.title',
	one: 'vdi.one',
	counted: 'vdi.counted',
	sort: 'name',
	needs: ['name_label', '$pool', '$SR', 'size'],
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
	example: 'root, cbt_enabled?',
	properties: ['name_label', 'name_description', 'size', 'usage', 'uuid', '$VBDs'],
	sections: [
		{
			id: 'snapshots',
			label: 'snapshot.title',
			list: 'vdi-snapshots',
			scope: (id) => within('', '$snapshot_of', id),
		},
		{ id: 'logs', label: 'message.title', list: 'messages', scope: (id) => within('', '$object', id) },
	],
	Details: lazySection(() => import('./VdiDetails')),
	adds: VDI_ADDS,
	actions: [
		{
			id: 'attach',
			method: 'vm.attachDisk',
			Dialog: lazyDialog(() => import('./AttachDialog')),
			single: true,
			label: 'vdi.attach.label',
			doing: 'vdi.attach.doing',
			done: 'vdi.attach.done',
			icon: AttachIcon,
			main: true,
		},
		{
			id: 'migrate',
			method: 'vdi.migrate',
			Dialog: lazyDialog(() => import('./MigrateDialog')),
			label: 'vdi.migrate.label',
			doing: 'vdi.migrate.doing',
			done: 'vdi.migrate.done',
			icon: MigrateIcon,
			main: true,
		},
		{
			id: 'export',
			method: 'disk.exportContent',
			Dialog: lazyDialog(() => import('./ExportDialog')),
			single: true,
			label: 'vdi.export.label',
			doing: 'vdi.export.doing',
			done: 'vdi.export.done',
			icon: DownloadIcon,
			main: true,
		},
		{
			id: 'importContent',
			method: 'disk.importContent',
			Dialog: lazyDialog(() => import('./ImportContentDialog')),
			single: true,
			label: 'vdi.importContent.label',
			doing: 'vdi.importContent.doing',
			done: 'vdi.importContent.done',
			icon: UploadIcon,
		},
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
