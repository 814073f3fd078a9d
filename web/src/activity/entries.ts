/** What happened to an object, from wherever it is known, as one list. No I/O. */
import type { Alarm, Called, Told } from '../api/schema';
import { list, number, text } from '../list/noun';
import type { XoTask } from '../live/tasks';
import type { Row } from '../live/view';

export const KINDS = ['task', 'alarm', 'message', 'call', 'change'] as const;
export type EntryKind = (typeof KINDS)[number];

interface Base {
	/** Names it in the list. */
	key: string;
	/** Milliseconds since the epoch. */
	time: number;
}

export type Entry = Base &
	(
		| {
				kind: 'task';
				id: string;
				of: 'server' | 'pool';
				name: string;
				canCancel: boolean;
				status: string;
				/** 0 to 1. */
				progress: number;
				/** Milliseconds since the epoch. */
				end: number | undefined;
		  }
		| { kind: 'message'; id: string; name: string; body: string }
		| { kind: 'alarm'; id: string; name: string; severity: string; words: string; acknowledged: Alarm['acknowledged'] }
		| { kind: 'call'; call: Called }
		| { kind: 'change'; type: string; operation: string; changes: [field: string, from: unknown, to: unknown][] }
	);

interface Sources {
	tasks: readonly Row[];
	/** Of this server. */
	running: readonly XoTask[];
	messages: readonly Row[];
	alarms: readonly Alarm[];
	journal: readonly Told[];
	/** Older than this, the journal has not been read: what is older of the others waits, so that no entry is passed. */
	since: number;
}

/** Everything, newest first. */
export function entriesOf({ tasks, running, messages, alarms, journal, since }: Sources): Entry[] {
	const alarmOf = new Map(alarms.map((alarm) => [alarm.id, alarm]));
	const all: Entry[] = [
		...tasks.map(taskEntry),
		...running.map(runningEntry),
		...messages.map((row) => messageEntry(row, alarmOf.get(row.id))),
		...journal.flatMap((told) => journalEntry(told) ?? []),
	];
	return all.filter(({ time }) => time >= since).sort((a, b) => b.time - a.time);
}

function taskEntry(row: Row): Entry {
	const end = number(row, 'finished');
	return {
		key: `task ${row.id}`,
		kind: 'task',
		id: row.id,
		of: 'pool',
		canCancel: list(row, 'allowedOperations').includes('cancel'),
		time: (number(row, 'created') ?? 0) * 1000,
		// XAPI names asynchronous calls `Async.VM.start`; the prefix says nothing to people.
		name: text(row, 'name_label').replace(/^Async\./, ''),
		status: text(row, 'status'),
		progress: number(row, 'progress') ?? 0,
		end: end === undefined ? undefined : end * 1000,
	};
}

function runningEntry(task: XoTask): Entry {
	const { name, method, progress = 0 } = task.properties;
	return {
		key: `task ${task.id}`,
		kind: 'task',
		id: task.id,
		of: 'server',
		canCancel: task.abortionRequestedAt === undefined,
		time: task.start,
		name: (name ?? method ?? task.id).replace(/^API call: /, ''),
		status: task.status,
		progress: progress / 100,
		end: task.end,
	};
}

function messageEntry(row: Row, alarm: Alarm | undefined): Entry {
	const base = {
		key: `message ${row.id}`,
		time: (number(row, 'time') ?? 0) * 1000,
		id: row.id,
		name: text(row, 'name'),
	};
	if (alarm === undefined) return { ...base, kind: 'message', body: text(row, 'body') };
	return { ...base, kind: 'alarm', severity: alarm.severity, words: alarm.text, acknowledged: alarm.acknowledged };
}

function journalEntry(told: Told): Entry | undefined {
	if ('method' in told) {
		if (LOOKS.test(told.method)) return undefined;
		return { key: `journal ${told.id}`, kind: 'call', time: told.time, call: told };
	}
	// A pool that is connected lists all it has; nothing has happened to that.
	if (told.operation === 'init') return undefined;
	const changes = Object.entries(told.changes ?? {})
		.filter(([field]) => !NOISE.test(field))
		.map(([field, change]): [string, unknown, unknown] => {
			const [from, to] = Array.isArray(change) ? change : [undefined, undefined];
			return [field, from, to];
		})
		.filter(([, from, to]) => !isReference(from) || !isReference(to));
	if (told.operation === 'mod' && changes.length === 0) return undefined;
	const shown = told.operation === 'mod' ? changes : [];
	return {
		key: `journal ${told.id}`,
		kind: 'change',
		time: told.time,
		type: told.class,
		operation: told.operation,
		changes: shown,
	};
}

/** Calls that only look: pages make them by themselves. */
const LOOKS = /\.(get|list|is|has)[A-Z]\w*$|\.stats$/;

/** Fields that hosts keep for themselves, or that change all the time. */
const NOISE =
	/^(current_operations|allowed_operations|memory_target|domid|domarch|scheduled_to_be_resident_on|last_boot(ed_record|_CPU_flags)|metrics|guest_metrics|consoles|other_config|last_updated|live|resident_VMs|blobs|uuid|pending_guidances.*|is_.*)$/;

/** References of hosts say nothing to people. */
function isReference(value: unknown): boolean {
	return typeof value === 'string' && value.startsWith('OpaqueRef:');
}

/** A value of a field in a few letters. */
export function valueInWords(value: unknown): string {
	if (value === null || value === undefined || value === '' || value === 'OpaqueRef:NULL') return '–';
	if (typeof value === 'string') return isReference(value) ? '…' : clip(value);
	if (Array.isArray(value) && value.every(isReference)) return String(value.length);
	if (typeof value !== 'object') return String(value);
	return clip(JSON.stringify(value).replace(/"OpaqueRef:[^"]*"/g, '…'));
}

function clip(words: string): string {
	return words.length > 120 ? `${words.slice(0, 118)}…` : words;
}

/** Whether an entry has all of the words. */
export function matches(entry: Entry, words: string, extra: string): boolean {
	const own = `${JSON.stringify(entry)} ${extra}`.toLowerCase();
	return words
		.toLowerCase()
		.split(/\s+/)
		.every((word) => own.includes(word));
}
