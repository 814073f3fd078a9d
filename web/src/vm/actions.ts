/** What can be done to VMs. What a state allows is in `api/allowed.ts`. */
import type { VmVerb } from '../api/allowed';
import { lazyDialog } from '../app/lazy';
import type { Action } from '../list/noun';
import {
	CloneIcon,
	ExportIcon,
	ForceIcon,
	ForceRebootIcon,
	HostIcon,
	MergeIcon,
	MigrateIcon,
	PauseIcon,
	PowerIcon,
	RebootIcon,
	RecoveryIcon,
	RemoveIcon,
	ResumeIcon,
	SnapshotIcon,
	StartIcon,
	SuspendIcon,
	TemplateIcon,
	UnpauseIcon,
} from '../ui/icons';

type Verb = VmVerb;

/** The texts of an action by its name, as the catalogues have them. */
function words<V extends Verb>(verb: V) {
	return {
		id: verb,
		verb,
		label: `vmAction.${verb}.label`,
		doing: `vmAction.${verb}.doing`,
		done: `vmAction.${verb}.done`,
	} as const;
}

export const VM_ACTIONS: readonly (Action & { verb: Verb })[] = [
	{ ...words('start'), method: 'vm.start', icon: StartIcon, main: true, wakes: true },
	{ ...words('resume'), method: 'vm.resume', icon: ResumeIcon, wakes: true },
	{ ...words('unpause'), method: 'vm.unpause', icon: UnpauseIcon, wakes: true },
	{
		...words('shutdown'),
		method: 'vm.stop',
		icon: PowerIcon,
		main: true,
		confirm: { consequence: 'vmAction.shutdown.ask', destroys: false },
	},
	{
		...words('reboot'),
		method: 'vm.restart',
		icon: RebootIcon,
		main: true,
		confirm: { consequence: 'vmAction.reboot.ask', destroys: false },
	},
	{
		...words('snapshot'),
		method: 'vm.snapshot',
		icon: SnapshotIcon,
		main: true,
		Dialog: lazyDialog(() => import('./dialogs/SnapshotDialog')),
	},
	{
		...words('migrate'),
		method: 'vm.migrate',
		principal: 'vm',
		icon: MigrateIcon,
		main: true,
		Dialog: lazyDialog(() => import('./dialogs/MigrateDialog')),
	},
	{ ...words('suspend'), method: 'vm.suspend', icon: SuspendIcon },
	{ ...words('pause'), method: 'vm.pause', icon: PauseIcon },
	{
		...words('hardShutdown'),
		method: 'vm.stop',
		params: { force: true },
		icon: ForceIcon,
		confirm: { consequence: 'vmAction.hardShutdown.ask', destroys: true },
	},
	{
		...words('hardReboot'),
		method: 'vm.restart',
		params: { force: true },
		icon: ForceRebootIcon,
		confirm: { consequence: 'vmAction.hardReboot.ask', destroys: true },
	},
	{
		...words('copy'),
		method: 'vm.copy',
		principal: 'vm',
		icon: CloneIcon,
		Dialog: lazyDialog(() => import('./dialogs/CopyDialog')),
	},
	{
		...words('export'),
		method: 'vm.export',
		principal: 'vm',
		icon: ExportIcon,
		Dialog: lazyDialog(() => import('./dialogs/ExportDialog')),
	},
	{
		...words('startOn'),
		method: 'vm.start',
		icon: HostIcon,
		Dialog: lazyDialog(() => import('./dialogs/StartOnDialog')),
	},
	{ ...words('recovery'), method: 'vm.recoveryStart', icon: RecoveryIcon },
	{
		...words('convert'),
		method: 'vm.convertToTemplate',
		icon: TemplateIcon,
		confirm: { consequence: 'vmAction.convert.ask', destroys: false },
	},
	{
		...words('coalesce'),
		method: 'vm.coalesceLeaf',
		icon: MergeIcon,
		confirm: { consequence: 'vmAction.coalesce.ask', destroys: false },
	},
	{
		...words('remove'),
		method: 'vm.delete',
		icon: RemoveIcon,
		Dialog: lazyDialog(() => import('./dialogs/RemoveDialog')),
		confirm: { consequence: 'vmAction.remove.ask', destroys: true },
	},
];
