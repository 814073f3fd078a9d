/** Asks the server whether it would do something, before somebody has it done; asked anew when what is wanted changes. */
import { useEffect, useRef, useState } from 'react';
import { ServerError } from '../api/errors';
import type { Method, Params } from '../api/methods';
import { useLive } from '../live/hooks';

export type DryRun =
	| { is: 'asking' }
	/** It would, in the server's words. */
	| { is: 'would'; text: string }
	/** It would not, and why. */
	| { is: 'refused'; error: Error };

interface Report {
	/** `why` says of an error what is the case, where its own words are those of a code. */
	objects: {
		outcome: string;
		would?: string;
		why?: string;
		error?: { message: string; code: number; data?: unknown };
	}[];
}

/** How long an answer may take, in ms: a pool may have to be asked of each of its VMs. */
const LIMIT = 120_000;

/** Of parameters as those of the call itself; nothing is asked without. */
export function useDryRun(method: Method, params: object | undefined): DryRun {
	const { connection } = useLive();
	const key = params === undefined ? undefined : JSON.stringify(params);
	const [answer, setAnswer] = useState<{ key: string; told: DryRun }>();
	// One question at a time: what is done to a pool as a whole excludes itself, in a dry run, too.
	const before = useRef<Promise<unknown>>(Promise.resolve());
	useEffect(() => {
		if (key === undefined) return;
		let left = false;
		const ask = async () => {
			if (left) return;
			const wanted = { ...JSON.parse(key), dryRun: true } as Params<typeof method>;
			const told = await connection.call(method, wanted, LIMIT).then(
				(report) => read(report as unknown as Report),
				(error: unknown) => ({ is: 'refused', error: asError(error) }) as const,
			);
			if (!left) setAnswer({ key, told });
		};
		before.current = before.current.then(ask);
		return () => {
			left = true;
		};
	}, [connection, method, key]);
	return answer === undefined || answer.key !== key ? { is: 'asking' } : answer.told;
}

function read({ objects: [first] }: Report): DryRun {
	if (first?.error !== undefined) {
		return {
			is: 'refused',
			error: new ServerError(first.error.code, first.why ?? first.error.message, first.error.data),
		};
	}
	return { is: 'would', text: first?.would ?? '' };
}

function asError(error: unknown): Error {
	return error instanceof Error ? error : new Error(String(error));
}
