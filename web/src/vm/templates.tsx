/** Templates of virtual machines. */
import { lazyDialog, lazySection } from '../app/lazy';
import {
	bytesColumn,
	nameColumn,
	numberColumn,
	poolFacet,
	refColumn,
	tagsColumn,
	tagsFacet,
	YesNoValue,
	yesNoColumn,
} from '../list/cells';
import { type Noun, nameLabel } from '../list/noun';
import { within } from '../live/listing';
import { CloneIcon, ExportIcon, RemoveIcon, TemplateIcon } from '../ui/icons';
import { newVm } from './newVmAction';

export const templates: Noun = {
	id: 'templates',
	type: 'VM-template',
	icon: TemplateIcon,
	title: 'template.title',
	one: 'template.one',
	counted: 'template.counted',
	sort: 'name',
	needs: ['name_label', '$pool', 'power_state', 'isDefaultTemplate'],
	name: nameLabel,
	set: 'vm.set',
	columns: [
		nameColumn(),
		refColumn('pool', 'column.pool', 'place', '$pool', { card: 'left' }),
		yesNoColumn('default', 'template.default', 'isDefaultTemplate', { min: 150 }),
		numberColumn('vcpu', 'column.vcpu', 'CPUs.number', { card: 'number', min: 64 }),
		bytesColumn('ram', 'column.ram', 'memory.size', { card: 'last' }),
		tagsColumn(),
	],
	facets: [{ property: 'isDefaultTemplate', label: 'template.default', Value: YesNoValue }, poolFacet, tagsFacet],
	example: 'debian, tags:base',
	properties: ['name_label', 'name_description', 'CPUs', 'memory', 'uuid'],
	sections: [
		{ id: 'disks', label: 'vdi.title', list: 'vbds', scope: (id) => within('', 'VM', id) },
		{ id: 'network', label: 'vif.title', list: 'vifs', scope: (id) => within('', '$VM', id) },
		{ id: 'advanced', label: 'vmConfig.title', Page: lazySection(() => import('./config/TemplateConfig')) },
	],
	actions: [
		{ ...newVm('template'), main: true },
		{
			id: 'copy',
			method: 'vm.copy',
			principal: 'vm',
			label: 'vmAction.copy.label',
			doing: 'vmAction.copy.doing',
			done: 'vmAction.copy.done',
			icon: CloneIcon,
			main: true,
			Dialog: lazyDialog(() => import('./dialogs/CopyDialog')),
		},
		{
			id: 'export',
			method: 'vm.export',
			principal: 'vm',
			label: 'vmAction.export.label',
			doing: 'vmAction.export.doing',
			done: 'vmAction.export.done',
			icon: ExportIcon,
			Dialog: lazyDialog(() => import('./dialogs/ExportDialog')),
		},
		{
			id: 'remove',
			method: 'vm.delete',
			label: 'common.remove.label',
			doing: 'common.remove.doing',
			done: 'common.remove.done',
			icon: RemoveIcon,
			confirm: { consequence: 'template.askRemove', destroys: true },
		},
	],
};
