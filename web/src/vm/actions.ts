/**
 * What can be done to VMs: the one list that toolbar, menus, details and keyboard show. What a state allows is in
 * `api/allowed.ts`; how a run is shown is in `run.ts`.
 */
import type { VmVerb } from '../api/allowed';
import type { VM } from '../api/objects';
import type { Connection } from '../live/connection';
import {
	ForceIcon,
	ForceRebootIcon,
	type Icon,
	PauseIcon,
	PowerIcon,
	RebootIcon,
	ResumeIcon,
	SnapshotIcon,
	StartIcon,
	SuspendIcon,
	UnpauseIcon,
} from '../ui/icons';

export interface VmAction {
	verb: VmVerb;
	label: string;
	/** Said while it runs and when it is done: "Starting web01", "Started web01". */
	doing: string;
	done: string;
	icon: Icon;
	/** Stands in the toolbar; the others are in its menu. */
	main?: true;
	/** Asks first, with these words; for what interrupts or destroys. */
	confirm?: { consequence: string; destroys: boolean };
	call: (connection: Connection, vm: VM) => Promise<unknown>;
}

/** How long a guest may take to do what it was asked, in ms: fifteen minutes, as Windows with updates does. */
const PATIENCE = 15 * 60_000;

export const VM_ACTIONS: readonly VmAction[] = [
	{
		verb: 'start',
		label: 'Start',
		doing: 'Starting',
		done: 'Started',
		icon: StartIcon,
		main: true,
		call: (connection, { id }) => connection.call('vm.start', { id }, PATIENCE),
	},
	{
		verb: 'resume',
		label: 'Resume',
		doing: 'Resuming',
		done: 'Resumed',
		icon: ResumeIcon,
		call: (connection, { id }) => connection.call('vm.resume', { id }, PATIENCE),
	},
	{
		verb: 'unpause',
		label: 'Unpause',
		doing: 'Unpausing',
		done: 'Unpaused',
		icon: UnpauseIcon,
		call: (connection, { id }) => connection.call('vm.unpause', { id }),
	},
	{
		verb: 'shutdown',
		label: 'Shut down',
		doing: 'Shutting down',
		done: 'Shut down',
		icon: PowerIcon,
		main: true,
		confirm: { consequence: 'The guest is asked to shut down; what it serves becomes unavailable.', destroys: false },
		call: (connection, { id }) => connection.call('vm.stop', { id }, PATIENCE),
	},
	{
		verb: 'reboot',
		label: 'Reboot',
		doing: 'Rebooting',
		done: 'Rebooted',
		icon: RebootIcon,
		main: true,
		confirm: { consequence: 'The guest is asked to restart; what it serves is interrupted.', destroys: false },
		call: (connection, { id }) => connection.call('vm.restart', { id }, PATIENCE),
	},
	{
		verb: 'snapshot',
		label: 'Take snapshot',
		doing: 'Taking a snapshot of',
		done: 'Took a snapshot of',
		icon: SnapshotIcon,
		main: true,
		call: (connection, { id }) => connection.call('vm.snapshot', { id }, PATIENCE),
	},
	{
		verb: 'suspend',
		label: 'Suspend',
		doing: 'Suspending',
		done: 'Suspended',
		icon: SuspendIcon,
		call: (connection, { id }) => connection.call('vm.suspend', { id }, PATIENCE),
	},
	{
		verb: 'pause',
		label: 'Pause',
		doing: 'Pausing',
		done: 'Paused',
		icon: PauseIcon,
		call: (connection, { id }) => connection.call('vm.pause', { id }),
	},
	{
		verb: 'hardShutdown',
		label: 'Force shutdown',
		doing: 'Forcing shutdown of',
		done: 'Forced shutdown of',
		icon: ForceIcon,
		confirm: { consequence: 'Like pulling the plug: what the guest has not written to disk is lost.', destroys: true },
		call: (connection, { id }) => connection.call('vm.stop', { id, force: true }, PATIENCE),
	},
	{
		verb: 'hardReboot',
		label: 'Force reboot',
		doing: 'Forcing reboot of',
		done: 'Forced reboot of',
		icon: ForceRebootIcon,
		confirm: { consequence: 'Like pressing reset: what the guest has not written to disk is lost.', destroys: true },
		call: (connection, { id }) => connection.call('vm.restart', { id, force: true }, PATIENCE),
	},
];
