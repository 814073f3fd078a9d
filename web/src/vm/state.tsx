import type { PowerState, VM } from '../api/objects';
import css from './state.module.css';

/** What is being done to a VM, as people say it; operations without a word of their own are shown by name. */
const DOING: Record<string, string> = {
	start: 'Starting',
	start_on: 'Starting',
	clean_shutdown: 'Shutting down',
	hard_shutdown: 'Shutting down',
	shutdown: 'Shutting down',
	clean_reboot: 'Rebooting',
	hard_reboot: 'Rebooting',
	suspend: 'Suspending',
	resume: 'Resuming',
	resume_on: 'Resuming',
	pause: 'Pausing',
	unpause: 'Unpausing',
	snapshot: 'Snapshotting',
	checkpoint: 'Snapshotting',
	revert: 'Reverting',
	reverting: 'Reverting',
	clone: 'Cloning',
	copy: 'Copying',
	export: 'Exporting',
	import: 'Importing',
	destroy: 'Deleting',
	pool_migrate: 'Migrating',
	migrate_send: 'Migrating',
};

/** The operation under way, in words, or nothing. */
export function doing(vm: VM): string | undefined {
	const [operation] = Object.values(vm.current_operations);
	return operation === undefined ? undefined : operationInWords(operation);
}

/** An operation as people say it: `clean_shutdown` is "Shutting down". */
export function operationInWords(operation: string): string {
	return DOING[operation] ?? operation.replaceAll('_', ' ');
}

const SHAPES: Record<PowerState, string> = {
	Running: 'M4 2.5v11l9.5-5.5z',
	Halted: 'M3 3h10v10H3zM4.5 4.5v7h7v-7z',
	Paused: 'M4 3h3v10H4zM9 3h3v10H9z',
	Suspended: 'M9.5 2A6 6 0 1 0 14 9.8 5 5 0 0 1 9.5 2z',
};

/** A shape and a colour for each power state, so that neither has to be seen alone. */
export function StateIcon({ state, busy }: { state: PowerState; busy: boolean }) {
	return (
		<svg aria-hidden="true" className={css.icon} data-busy={busy || undefined} data-state={state} viewBox="0 0 16 16">
			{busy ? (
				<path
					d="M8 1.5a6.5 6.5 0 1 1-6.1 4.3"
					fill="none"
					stroke="currentColor"
					strokeLinecap="round"
					strokeWidth="2"
				/>
			) : (
				<path d={SHAPES[state]} fill="currentColor" fillRule="evenodd" />
			)}
		</svg>
	);
}

/** Power state in words, or what is being done about it. */
export function StateLabel({ vm }: { vm: VM }) {
	const operation = doing(vm);
	return (
		<span className={css.label} data-state={vm.power_state}>
			<StateIcon busy={operation !== undefined} state={vm.power_state} />
			{operation === undefined ? vm.power_state : `${operation}…`}
		</span>
	);
}
