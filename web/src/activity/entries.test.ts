import { describe, expect, it } from 'vitest';
import type { Told } from '../api/schema';
import { entriesOf, matches, valueInWords } from './entries';
import { givenIn, messageInWords } from './words';

const event = (id: number, time: number, changes: Record<string, unknown>): Told => ({
	id,
	time,
	$pool: 'pool',
	class: 'VM',
	object: 'vm',
	operation: 'mod',
	changes,
});
const call: Told = {
	id: 1,
	time: 3000,
	start: 2000,
	user: 'u',
	method: 'vm.start',
	objects: ['vm'],
	outcome: 'success',
};
const nothing = { tasks: [], running: [], messages: [], alarms: [], journal: [], since: 0 };

describe('what happened to an object', () => {
	it('is one list, newest first, of all that tell of it', () => {
		const message = { id: 'm', name: 'VM_STARTED', body: '', time: 4 };
		const task = { id: 't', name_label: 'Async.VM.start', status: 'pending', progress: 0.5, created: 1 };
		const entries = entriesOf({
			...nothing,
			messages: [message],
			tasks: [task],
			journal: [call, event(2, 2000, { power_state: ['Halted', 'Running'] })],
		});
		expect(entries.map(({ kind }) => kind)).toEqual(['message', 'call', 'change', 'task']);
	});

	it('leaves out calls that only look', () => {
		const look: Told = { ...call, id: 4, method: 'pool.listMissingPatchesOfPool' };
		expect(entriesOf({ ...nothing, journal: [look] })).toEqual([]);
	});

	it('leaves out what hosts do all the time, and what is older than what was read', () => {
		const journal = [event(3, 9000, { current_operations: [{}, {}] }), event(2, 2000, { VCPUs_max: [1, 2] })];
		expect(entriesOf({ ...nothing, journal })).toHaveLength(1);
		expect(entriesOf({ ...nothing, journal, since: 3000 })).toHaveLength(0);
	});

	it('has messages that are alarms in words', () => {
		const message = { id: 'm', name: 'ALARM', body: '<xml>', time: 4 };
		const alarm = { id: 'm', type: 'alarm', $pool: 'p', $object: 'vm', name: 'ALARM', topic: 'threshold' };
		const [entry] = entriesOf({
			...nothing,
			messages: [message],
			alarms: [{ ...alarm, severity: 'warning', text: 'CPU is high' }],
		});
		expect(entry).toMatchObject({ kind: 'alarm', words: 'CPU is high' });
	});

	it('is found by its words', () => {
		const [entry] = entriesOf({ ...nothing, journal: [call] });
		expect(entry && matches(entry, 'vm.start admin', 'admin@admin.net')).toBe(true);
		expect(entry && matches(entry, 'vm.stop', '')).toBe(false);
	});
});

it('values and names of hosts are told in a few words', () => {
	expect(valueInWords(['OpaqueRef:a', 'OpaqueRef:b'])).toBe('2');
	expect(valueInWords('OpaqueRef:NULL')).toBe('–');
	expect(messageInWords('VM_SHUTDOWN')).toBe('VM shutdown');
	expect(messageInWords('HA_HOST_FAILED')).toBe('HA host failed');
});

describe('a visit to a console', () => {
	const visit = { ...call, method: 'consoleClosed', objects: ['vm'] };

	it('is told by how long it was and why it ended, not by the fields of the protocol', () => {
		const params = { id: 'vm', protocol: 'rfb', duration: 95_000, bytesSent: 4, bytesReceived: 2048, moves: 0 };
		expect(givenIn({ ...visit, params: { ...params, reason: 'the client has left' } })).toEqual([
			{ name: 'duration', word: 'open for', value: '1 min' },
			{ name: 'bytesReceived', word: 'received', value: '2 KiB' },
			{ name: 'reason', word: 'ended because', value: 'the client has left' },
		]);
	});

	it('tells no more of one that has begun', () => {
		expect(givenIn({ ...visit, method: 'consoleOpened', params: { id: 'vm', protocol: 'rfb' } })).toEqual([]);
	});
});
