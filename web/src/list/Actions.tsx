/** Runs actions: asks where it must, calls, and tells how it went in one toast with the server's words. */
import { createContext, lazy, type ReactNode, Suspense, useCallback, useContext, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOpenPage } from '../app/PageLink';
import { withTexts } from '../i18n';
import { useLive } from '../live/hooks';
import type { Row } from '../live/view';
import { useConfirm } from '../ui/Confirm';
import type { Action, Noun } from './noun';
import type { Target } from './target';

/** `onto`: the object that they were dropped on. */
export type Run = (noun: Noun, action: Action, target: Target, onto?: Row) => void;

/** How long what was asked may take, in ms: fifteen minutes, as Windows with updates does. */
export const PATIENCE = 15 * 60_000;

const RunContext = createContext<Run>(() => undefined);
const BulkDialog = lazy(() => withTexts(import('./BulkDialog')).then((module) => ({ default: module.BulkDialog })));

export function useRun(): Run {
	return useContext(RunContext);
}

export interface Bulk {
	noun: Noun;
	action: Action;
	target: Target;
	onto?: Row | undefined;
}

export function ActionsProvider({ children }: { children: ReactNode }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const confirm = useConfirm();
	const openPage = useOpenPage();
	const [asked, setAsked] = useState<Bulk>();
	const Dialog = asked?.action.Dialog ?? BulkDialog;
	const run = useCallback<Run>(
		(noun, action, target, onto) => {
			const ways = { t, connection, confirm, openPage, ask: setAsked };
			void withTexts(import('./run')).then(({ begin }) => begin({ noun, action, target, onto }, ways));
		},
		[confirm, connection, openPage, t],
	);
	return (
		<RunContext value={run}>
			{children}
			{asked !== undefined && (
				<Suspense>
					<Dialog {...asked} onClose={() => setAsked(undefined)} />
				</Suspense>
			)}
		</RunContext>
	);
}
