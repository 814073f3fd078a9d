import { describe, expect, it } from 'vitest';
import { allowed, type VmVerb } from './allowed';
import type { PowerState, VM } from './objects';

function vm(power_state: PowerState, more: Partial<VM> = {}): VM {
	return {
		type: 'VM',
		id: 'v',
		uuid: 'v',
		$pool: 'p',
		name_label: 'v',
		name_description: '',
		power_state,
		CPUs: { max: 1, number: 1 },
		memory: { dynamic: [1, 1], static: [1, 1], size: 1 },
		addresses: {},
		tags: [],
		current_operations: {},
		blockedOperations: {},
		$container: 'h',
		snapshots: [],
		$VBDs: [],
		VIFs: [],
		os_version: null,
		virtualizationMode: 'hvm',
		boot: {},
		auto_poweron: false,
		high_availability: '',
		expNestedHvm: false,
		hasVendorDevice: false,
		isNestedVirtEnabled: false,
		other: {},
		secureBoot: false,
		startDelay: 0,
		VGPUs: [],
		viridian: false,
		VTPMs: [],
		xenStoreData: {},
		...more,
	};
}

const verbs: VmVerb[] = [
	'start',
	'shutdown',
	'reboot',
	'suspend',
	'resume',
	'pause',
	'unpause',
	'snapshot',
	'hardShutdown',
	'hardReboot',
	'remove',
];

describe('what a VM allows', () => {
	it.each<[PowerState, VmVerb[]]>([
		['Halted', ['start', 'snapshot', 'remove']],
		['Running', ['shutdown', 'reboot', 'suspend', 'pause', 'snapshot', 'hardShutdown', 'hardReboot']],
		['Paused', ['unpause', 'snapshot', 'hardShutdown', 'hardReboot']],
		['Suspended', ['resume', 'snapshot', 'hardShutdown']],
	])('%s', (state, expected) => {
		expect(verbs.filter((verb) => allowed(verb, vm(state)).ok)).toEqual(expected);
	});

	it('names the way out of a wrong state', () => {
		expect(allowed('start', vm('Suspended'))).toEqual({ ok: false, why: 'It is suspended: resume it' });
		expect(allowed('reboot', vm('Halted'))).toEqual({ ok: false, why: 'It is halted: start it first' });
		expect(allowed('resume', vm('Running'))).toEqual({
			ok: false,
			why: 'Its state does not allow this',
		});
	});

	it('says that an operation is blocked, with the reason its owner gave', () => {
		const guarded = vm('Running', { blockedOperations: { hard_shutdown: 'billing host' } });
		expect(allowed('hardShutdown', guarded)).toEqual({
			ok: false,
			why: 'It is protected from this (billing host); lift the protection first',
		});
		expect(allowed('shutdown', guarded).ok).toBe(true);
	});

	it('waits for the operation under way, which force may cut short', () => {
		const stopping = vm('Running', { current_operations: { t: 'clean_shutdown' } });
		expect(allowed('suspend', stopping)).toEqual({ ok: false, why: 'Wait until “clean shutdown” is done' });
		expect(allowed('hardShutdown', stopping).ok).toBe(true);
		const saving = vm('Running', { current_operations: { t: 'suspend' } });
		expect(allowed('hardShutdown', saving).ok).toBe(false);
	});
});
