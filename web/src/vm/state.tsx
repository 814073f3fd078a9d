import i18next from 'i18next';
import type { PowerState } from '../api/objects';
import { useWords } from '../i18n/words';
import type { Row } from '../live/view';
import css from './state.module.css';

/** What XAPI calls what is done to a VM, by the word the catalogues have for it. */
const DOING = {
	start: 'start',
	start_on: 'start',
	clean_shutdown: 'shutdown',
	hard_shutdown: 'shutdown',
	shutdown: 'shutdown',
	clean_reboot: 'reboot',
	hard_reboot: 'reboot',
	suspend: 'suspend',
	resume: 'resume',
	resume_on: 'resume',
	pause: 'pause',
	unpause: 'unpause',
	snapshot: 'snapshot',
	checkpoint: 'snapshot',
	revert: 'revert',
	reverting: 'revert',
	clone: 'clone',
	copy: 'copy',
	export: 'export',
	import: 'import',
	destroy: 'destroy',
	pool_migrate: 'migrate',
	migrate_send: 'migrate',
} as const;

/** An operation as people say it: `clean_shutdown` is "Shutting down". One without a word of its own stands by name. */
export function operationInWords(operation: string): string {
	const word = Object.entries(DOING).find(([name]) => name === operation)?.[1];
	return word === undefined ? operation.replaceAll('_', ' ') : i18next.t(`vmDoing.${word}`);
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
export function StateLabel({ row }: { row: Row }) {
	const [operation] = Object.values(Object(row.current_operations)).map(String);
	const state = readState(row.power_state);
	const words = useWords();
	return (
		<span className={css.label} data-state={state}>
			<StateIcon busy={operation !== undefined} state={state} />
			{operation === undefined ? words.text(`vmState.${state}`) : `${operationInWords(operation)}…`}
		</span>
	);
}

/** A power state as the value of a facet. */
export function StateValue({ value }: { value: string }) {
	const words = useWords();
	const state = readState(value);
	return (
		<>
			<StateIcon busy={false} state={state} /> {words.text(`vmState.${state}`)}
		</>
	);
}

function readState(value: unknown): PowerState {
	return value === 'Running' || value === 'Paused' || value === 'Suspended' ? value : 'Halted';
}
