/**
 * Which action a VM's state allows, and why not. The server decides in the end; this spares people a call that
 * cannot succeed, and names the way out.
 */
import i18next from 'i18next';
import type { PowerState } from './objects';

/** What the rules look at. */
export interface Judged {
	readonly id: string;
	readonly power_state?: unknown;
	readonly blockedOperations?: unknown;
	readonly current_operations?: unknown;
}

export type VmVerb =
	| 'start'
	| 'shutdown'
	| 'reboot'
	| 'suspend'
	| 'resume'
	| 'pause'
	| 'unpause'
	| 'snapshot'
	| 'hardShutdown'
	| 'hardReboot'
	| 'remove'
	| 'migrate'
	| 'copy'
	| 'export'
	| 'startOn'
	| 'recovery'
	| 'convert'
	| 'coalesce';

export type Verdict = { ok: true } | { ok: false; why: string };

interface Rule {
	states: readonly PowerState[];
	/** The XAPI operation, as `blockedOperations` names it. */
	operation: string;
}

const EVERY: readonly PowerState[] = ['Running', 'Halted', 'Paused', 'Suspended'];

const RULES: Record<VmVerb, Rule> = {
	start: { states: ['Halted'], operation: 'start' },
	shutdown: { states: ['Running'], operation: 'clean_shutdown' },
	reboot: { states: ['Running'], operation: 'clean_reboot' },
	suspend: { states: ['Running'], operation: 'suspend' },
	resume: { states: ['Suspended'], operation: 'resume' },
	pause: { states: ['Running'], operation: 'pause' },
	unpause: { states: ['Paused'], operation: 'unpause' },
	snapshot: { states: EVERY, operation: 'snapshot' },
	hardShutdown: { states: ['Running', 'Paused', 'Suspended'], operation: 'hard_shutdown' },
	hardReboot: { states: ['Running', 'Paused'], operation: 'hard_reboot' },
	remove: { states: ['Halted'], operation: 'destroy' },
	migrate: { states: EVERY, operation: 'pool_migrate' },
	copy: { states: EVERY, operation: 'copy' },
	export: { states: EVERY, operation: 'export' },
	startOn: { states: ['Halted'], operation: 'start_on' },
	recovery: { states: ['Halted'], operation: 'start' },
	convert: { states: ['Halted'], operation: 'make_into_template' },
	coalesce: { states: EVERY, operation: 'suspend' },
};

/** Operations that go on beside others. */
const HARMLESS = /^(changing_|data_source_op|send_|query_services|update_allowed_operations|call_plugin|assert_)/;
/** Operations of the guest that force may cut short: it may never finish them. */
const CUT_SHORT = new Set(['clean_shutdown', 'clean_reboot']);

/** Judges one VM. */
export function allowed(verb: VmVerb, vm: Judged): Verdict {
	const { states, operation } = RULES[verb];
	const state = states.find((one) => one === vm.power_state);
	if (state === undefined) return no(wrongState(verb, String(vm.power_state), states));
	const blocked: unknown = Object(vm.blockedOperations)[operation];
	if (typeof blocked === 'string') {
		const plain = blocked === '' || blocked === 'true';
		return no(plain ? i18next.t('why.protected') : i18next.t('why.protectedBy', { reason: blocked }));
	}
	const running = runningOperation(verb, vm);
	return running === undefined ? { ok: true } : no(i18next.t('why.wait', { operation: running.replaceAll('_', ' ') }));
}

export function no(why: string): Verdict {
	return { ok: false, why };
}

function runningOperation(verb: VmVerb, vm: Judged): string | undefined {
	const force = verb === 'hardShutdown' || verb === 'hardReboot';
	return Object.values(Object(vm.current_operations))
		.map(String)
		.find((operation) => !HARMLESS.test(operation) && !(force && CUT_SHORT.has(operation)));
}

function wrongState(verb: VmVerb, state: string, states: readonly PowerState[]): string {
	const t = i18next.t;
	if (verb === 'remove' || verb === 'convert') return t('why.haltFirst');
	const starts = verb === 'start' || verb === 'startOn' || verb === 'recovery';
	if (starts && state === 'Suspended') return t('why.resume');
	if (starts && state === 'Paused') return t('why.unpause');
	if (starts) return t('why.runs');
	if (state === 'Halted') return t('why.startFirst');
	if (state === 'Suspended') return t('why.resumeFirst');
	if (state === 'Paused' && states.includes('Running')) return t('why.unpauseFirst');
	return t('why.otherState');
}
