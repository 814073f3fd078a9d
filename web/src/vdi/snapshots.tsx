/** Snapshots of disks. */
import { lazyDialog } from '../app/lazy';
import { bytesColumn, nameColumn, refColumn, timeColumn, yesNoColumn } from '../list/cells';
import { type Noun, nameLabel } from '../list/noun';
import { DownloadIcon, RemoveIcon, SnapshotIcon } from '../ui/icons';

export const vdiSnapshots: Noun = {
	id: 'vdi-snapshots',
	type: 'VDI-snapshot',
	icon: SnapshotIcon,
	title: 'snapshot.title',
	one: 'snapshot.one',
	counted: 'snapshot.counted',
	sort: '-time',
	needs: ['name_label', '$pool', '$SR'],
	name: nameLabel,
	columns: [
		nameColumn(),
		timeColumn('time', 'snapshot.time', 'snapshot_time', { card: 'left' }),
		bytesColumn('usage', 'column.usage', 'usage', { card: 'last' }),
		bytesColumn('size', 'column.size', 'size', { card: 'number' }),
		refColumn('sr', 'sr.one', 'SR', '$SR', { card: 'right' }),
		yesNoColumn('cbt', 'vdi.cbt', 'cbt_enabled', { hidden: true }),
	],
	facets: [],
	properties: ['name_label', 'name_description', 'uuid'],
	actions: [
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
			id: 'remove',
			method: 'vdi.delete',
			label: 'common.remove.label',
			doing: 'common.remove.doing',
			done: 'common.remove.done',
			icon: RemoveIcon,
			main: true,
			confirm: { consequence: 'vdi.askRemoveSnapshot', destroys: true },
		},
	],
};
