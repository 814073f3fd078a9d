/** What is done to each of many here, how far it is, and how to stop it. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { onNextFrame } from '../../live/frame';
import { each, type Result } from './each';

/** Calls under way at once. */
const AT_ONCE = 8;

export type Results = ReadonlyMap<string, Result>;

export function useEach() {
	const [results, setResults] = useState<Results>(new Map());
	const [isRunning, setRunning] = useState(false);
	const known = useRef(new Map<string, Result>());
	const stopped = useRef(false);
	const stop = useCallback(() => {
		stopped.current = true;
	}, []);
	// Nobody sees what becomes of the rest when the dialog is gone.
	useEffect(() => stop, [stop]);
	const run = async <T extends { id: string }>(items: readonly T[], act: (item: T) => Promise<unknown>) => {
		stopped.current = false;
		setRunning(true);
		let isAwaited = false;
		const show = () => {
			isAwaited = false;
			setResults(new Map(known.current));
		};
		await each(items, {
			act,
			atOnce: AT_ONCE,
			isStopped: () => stopped.current,
			tell: ({ id }, result) => {
				known.current.set(id, result);
				if (!isAwaited) onNextFrame(show);
				isAwaited = true;
			},
		});
		show();
		setRunning(false);
		return known.current as Results;
	};
	return { results, isRunning, run, stop };
}
