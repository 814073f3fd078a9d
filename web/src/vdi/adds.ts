import { lazyDialog } from '../app/lazy';
import type { Add, AddProps } from '../list/noun';
import { AddIcon, AttachIcon, InsertIcon, UploadIcon } from '../ui/icons';

/** Ways to give a VM one more disk or disc. */
export const VBD_ADDS: readonly Add[] = [
	{
		id: 'new',
		label: 'vdi.new',
		icon: AddIcon,
		Dialog: lazyDialog<AddProps>(() => import('./NewDiskOfVm')),
	},
	{
		id: 'attach',
		label: 'vbd.attach',
		icon: AttachIcon,
		Dialog: lazyDialog<AddProps>(() => import('./AttachDisk')),
	},
	{
		id: 'insert',
		label: 'vbd.insert.label',
		icon: InsertIcon,
		Dialog: lazyDialog<AddProps>(() => import('./InsertDialog')),
	},
];

/** A new disk, of a storage where the list is one of its sections. */
export const VDI_ADDS: readonly Add[] = [
	{ id: 'new', label: 'vdi.new', icon: AddIcon, Dialog: lazyDialog<AddProps>(() => import('./NewDiskOnSr')) },
	{ id: 'import', label: 'import.title', icon: UploadIcon, page: { path: '/import', of: 'sr' } },
];
