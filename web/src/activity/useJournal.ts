/** The journal of an object: read newest first, a part at a time, and what is new is read when something has changed. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Told } from '../api/schema';
import { useConnectionState, useLive } from '../live/hooks';

export interface Journal {
	entries: readonly Told[];
	/** Reads what is older; nothing where there is none. */
	older: (() => void) | undefined;
	isReading: boolean;
	error: unknown;
}

/** Entries that are read at once. */
const PART = 100;
/** After the last change, in ms: a call is written down after what it changed is told. */
const SETTLE = 800;

/** `hint` changes with anything that happens to the object. */
export function useJournal(object: string, hint: unknown): Journal {
	const { connection } = useLive();
	const { is } = useConnectionState();
	const [entries, setEntries] = useState<readonly Told[]>([]);
	const [next, setNext] = useState<string | null>();
	const [isReading, setReading] = useState(true);
	const [error, setError] = useState<unknown>();
	const begun = useRef(false);
	const read = useCallback(
		async (cursor?: string) => {
			setReading(true);
			try {
				const page = await connection.call('journal.query', { object, limit: PART, cursor });
				setEntries((before) => joined(before, page.entries));
				// What is newer does not change where the oldest end.
				if (cursor !== undefined || !begun.current) setNext(page.next ?? null);
				begun.current = true;
				setError(undefined);
			} catch (failure) {
				setError(failure);
			} finally {
				setReading(false);
			}
		},
		[connection, object],
	);
	// biome-ignore lint/correctness/useExhaustiveDependencies: the hint is what it is read again for.
	useEffect(() => {
		if (is !== 'live') return;
		const timer = setTimeout(() => void read(), begun.current ? SETTLE : 0);
		return () => clearTimeout(timer);
	}, [is, read, hint]);
	const older = typeof next === 'string' && !isReading ? () => void read(next) : undefined;
	return { entries, older: typeof next === 'string' ? (older ?? (() => undefined)) : undefined, isReading, error };
}

function joined(before: readonly Told[], more: readonly Told[]): readonly Told[] {
	const all = new Map([...before, ...more].map((told) => [told.id, told]));
	return [...all.values()].sort((a, b) => b.time - a.time || b.id - a.id);
}
