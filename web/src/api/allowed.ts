/**
 * Which action a VM's state allows, and why not. The server decides in the end; this spares people a call that
 * cannot succeed, and names the way out.
 */
import type { PowerState, VM } from './objects';

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
	| 'hardReboot';

export type Verdict = { ok: true } | { ok: false; why: string };

interface Rule {
	states: readonly PowerState[];
	/** The XAPI operation, as `blockedOperations` names it. */
	operation: string;
}

const RULES: Record<VmVerb, Rule> = {
	start: { states: ['Halted'], operation: 'start' },
	shutdown: { states: ['Running'], operation: 'clean_shutdown' },
	reboot: { states: ['Running'], operation: 'clean_reboot' },
	suspend: { states: ['Running'], operation: 'suspend' },
	resume: { states: ['Suspended'], operation: 'resume' },
	pause: { states: ['Running'], operation: 'pause' },
	unpause: { states: ['Paused'], operation: 'unpause' },
	snapshot: { states: ['Running', 'Halted', 'Paused', 'Suspended'], operation: 'snapshot' },
	hardShutdown: { states: ['Running', 'Paused', 'Suspended'], operation: 'hard_shutdown' },
	hardReboot: { states: ['Running', 'Paused'], operation: 'hard_reboot' },
};

/** Operations that go on beside others. */
const HARMLESS = /^(changing_|data_source_op|send_|query_services|update_allowed_operations|call_plugin|assert_)/;
/** Operations of the guest that force may cut short: it may never finish them. */
const CUT_SHORT = new Set(['clean_shutdown', 'clean_reboot']);

/** Judges one VM. */
export function allowed(verb: VmVerb, vm: VM): Verdict {
	const { states, operation } = RULES[verb];
	if (!states.includes(vm.power_state)) return no(wrongState(verb, vm.power_state, states));
	const blocked = vm.blockedOperations[operation];
	if (blocked !== undefined) {
		const reason = blocked === '' || blocked === 'true' ? '' : ` (${blocked})`;
		return no(`It is protected from this${reason}; lift the protection first`);
	}
	const running = runningOperation(verb, vm);
	return running === undefined ? { ok: true } : no(`Wait until “${running.replaceAll('_', ' ')}” is done`);
}

/** Judges many VMs: those it can act on, and when there are none, why. */
export function allowedOf(verb: VmVerb, vms: readonly VM[]): { able: VM[]; why: string | undefined } {
	const able: VM[] = [];
	const reasons = new Set<string>();
	for (const vm of vms) {
		const verdict = allowed(verb, vm);
		if (verdict.ok) able.push(vm);
		else reasons.add(verdict.why);
	}
	if (able.length > 0) return { able, why: undefined };
	const [first, second] = reasons;
	if (first === undefined) return { able, why: 'Select a VM first' };
	return { able, why: second === undefined ? first : 'None of the selected VMs is in a state that allows this' };
}

function no(why: string): Verdict {
	return { ok: false, why };
}

function runningOperation(verb: VmVerb, vm: VM): string | undefined {
	const force = verb === 'hardShutdown' || verb === 'hardReboot';
	return Object.values(vm.current_operations).find(
		(operation) => !HARMLESS.test(operation) && !(force && CUT_SHORT.has(operation)),
	);
}

function wrongState(verb: VmVerb, state: PowerState, states: readonly PowerState[]): string {
	if (verb === 'start' && state === 'Suspended') return 'It is suspended: resume it';
	if (verb === 'start' && state === 'Paused') return 'It is paused: unpause it';
	if (verb === 'start') return 'It is running already';
	if (state === 'Halted') return 'It is halted: start it first';
	if (state === 'Suspended') return 'It is suspended: resume it first';
	if (state === 'Paused' && states.includes('Running')) return 'It is paused: unpause it first';
	return `It is ${state.toLowerCase()}; this needs a VM that is ${states.join(' or ').toLowerCase()}`;
}
