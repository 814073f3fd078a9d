/** All that is known of what happened to an object. Tasks and messages are told as they come. */
import { useQuery } from '@tanstack/react-query';
import { useMemo, useSyncExternalStore } from 'react';
import { useConnectionState, useLive, useUser, useView } from '../live/hooks';
import { idFilter } from '../live/names';
import type { RecordKind } from '../live/records';
import { type Entry, entriesOf } from './entries';
import { useJournal } from './useJournal';

export type Of = 'VM' | 'host' | 'pool' | 'SR' | 'network';

export interface Activity {
	entries: readonly Entry[];
	/** What users are called, by their ids. */
	users: ReadonlyMap<string, string>;
	older: (() => void) | undefined;
	isReading: boolean;
	error: unknown;
}

/** The property by which tasks and messages name what they are about. */
const ABOUT: Record<Of, { task: string; message: string }> = {
	VM: { task: 'applies_to', message: '$object' },
	host: { task: '$host', message: '$object' },
	pool: { task: '$pool', message: '$pool' },
	SR: { task: 'applies_to', message: '$object' },
	network: { task: 'applies_to', message: '$object' },
};

const TASK = ['name_label', 'status', 'progress', 'created', 'finished', 'allowedOperations'];

export function useActivity(of: Of, id: string): Activity {
	const about = ABOUT[of];
	const { tasks: serverTasks, connection } = useLive();
	const { is } = useConnectionState();
	const self = useMemo(() => ({ type: of, filter: `id:${id}`, limit: 1 }), [of, id]);
	const { rows: objects } = useView(self);
	const operations = Object.keys(Object(objects[0]?.current_operations)).sort().join(' ');
	const tasksWish = useMemo(() => {
		const ids = operations.split(' ').filter(Boolean);
		const filter = ids.length === 0 ? `${about.task}:${id}` : `|(${about.task}:${id} ${idFilter(ids)})`;
		return { type: 'task', filter, sort: ['-created'], columns: TASK, limit: 200 };
	}, [about, id, operations]);
	const { rows: tasks } = useView(tasksWish);
	const messagesWish = useMemo(
		() => ({
			type: 'message',
			filter: `${about.message}:${id}`,
			sort: ['-time'],
			columns: ['name', 'body', 'time'],
			limit: 500,
		}),
		[about, id],
	);
	const { rows: messages } = useView(messagesWish);
	const all = useSyncExternalStore(serverTasks.watch, serverTasks.running);
	const running = useMemo(() => all.filter(({ properties }) => isAbout(properties, id)), [all, id]);
	// What reads words of messages that are alarms; asked again with each that comes or goes.
	const alarms = useQuery({
		queryKey: ['alarms', id, messages.map((row) => row.id).join()],
		queryFn: () => connection.call('alarm.list', { filter: `${about.message}:${id}`, acknowledged: true }),
		meta: { records: ['alarm'] satisfies RecordKind[] },
		enabled: is === 'live' && messages.length > 0,
		networkMode: 'always',
		placeholderData: (before) => before,
	});
	const { entries: journal, ...rest } = useJournal(
		id,
		useMemo(() => [objects, tasks, running], [objects, tasks, running]),
	);
	const hasOlder = rest.older !== undefined;
	const entries = useMemo(() => {
		const since = hasOlder ? (journal.at(-1)?.time ?? 0) : 0;
		return entriesOf({ tasks, running, messages, alarms: alarms.data ?? [], journal, since });
	}, [tasks, running, messages, alarms.data, journal, hasOlder]);
	return { entries, users: useUsers(), ...rest };
}

function isAbout(properties: object, id: string): boolean {
	const { objectId, params } = properties as { objectId?: string; params?: unknown };
	return objectId === id || JSON.stringify(params ?? null).includes(id);
}

/** Others' names are told to administrators; everybody knows their own. */
function useUsers(): ReadonlyMap<string, string> {
	const { connection } = useLive();
	const user = useUser();
	const isAdmin = user?.permission === 'admin';
	const { data } = useQuery({
		queryKey: ['users'],
		queryFn: () => connection.call('user.getAll', {}),
		enabled: isAdmin,
		networkMode: 'always',
		staleTime: 60_000,
	});
	return useMemo(() => {
		const known = (data ?? []).map((one): [string, string] => [one.id, one.email]);
		return new Map(user === undefined ? known : [...known, [user.id, user.email]]);
	}, [data, user]);
}
