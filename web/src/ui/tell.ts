/** Tells in one toast that something is being done and how it went, with the server's words where it failed. */
import type { TFunction } from 'i18next';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ConnectionLostError, errorText, NoAnswerError } from '../api/errors';
import { toasts } from './toasts';

export const RUNNING = { loading: true, autoClose: false, withCloseButton: false } as const;
export const DONE = { loading: false, color: 'teal', autoClose: 4000, withCloseButton: true } as const;
export const FAILED = { loading: false, color: 'red', autoClose: false, withCloseButton: true } as const;

export interface Told {
	/** "Start", for "Start of web01 failed". */
	action: string;
	/** "Starting web01" and "Started web01". */
	doing: string;
	done: string;
	name: string;
}

/** Resolves to what was done, or to nothing where it failed, which was told. */
export type Tell = <T>(words: Told, act: () => Promise<T>) => Promise<{ done: T } | undefined>;

export function useTell(): Tell {
	const { t } = useTranslation();
	return useMemo(() => tellIn(t), [t]);
}

/** Tells with the texts of `t`. */
export function tellIn(t: TFunction): Tell {
	return async ({ action, doing, done, name }, act) => {
		const id = toasts.show({ ...RUNNING, title: `${doing}…`, message: '' });
		try {
			const result = await act();
			toasts.update({ id, ...DONE, title: done, message: '' });
			return { done: result };
		} catch (error) {
			const isUnknown = error instanceof ConnectionLostError || error instanceof NoAnswerError;
			const title = t(isUnknown ? 'action.unknown' : 'action.failed', { action, name });
			toasts.update({ id, ...FAILED, title, message: errorText(error) });
			return undefined;
		}
	};
}
