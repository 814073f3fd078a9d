/** Runs actions: asks where it must, calls, and tells how it went in one toast with the server's words. */
import { createContext, lazy, type ReactNode, Suspense, useCallback, useContext, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Params } from '../api/methods';
import { useOpenPage } from '../app/PageLink';
import { withTexts } from '../i18n';
import { useLive } from '../live/hooks';
import { useConfirm } from '../ui/Confirm';
import { useTell } from '../ui/tell';
import { toasts } from '../ui/toasts';
import type { Action, Noun } from './noun';
import { judge, size, subject, type Target } from './target';

export type Run = (noun: Noun, action: Action, target: Target) => void;

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
}

export function ActionsProvider({ children }: { children: ReactNode }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const confirm = useConfirm();
	const tell = useTell();
	const openPage = useOpenPage();
	const [asked, setAsked] = useState<Bulk>();
	const Dialog = asked?.action.Dialog ?? BulkDialog;
	const one = useCallback(
		async (noun: Noun, action: Action, target: Target & { is: 'rows' }) => {
			const [row] = target.rows;
			if (row === undefined) return;
			const name = noun.name(row);
			if (action.confirm !== undefined) {
				const yes = await confirm({
					title: t('action.ask', { action: t(action.label), name }),
					body: <p>{t(action.confirm.consequence)}</p>,
					action: t(action.label),
					destroys: action.confirm.destroys,
				});
				if (!yes) return;
			}
			const params = { ...action.params, [action.principal ?? 'id']: action.of?.(row) ?? row.id } as unknown;
			const words = { action: t(action.label), doing: t(action.doing, { name }), done: t(action.done, { name }), name };
			await tell(words, () => connection.call(action.method, params as Params<typeof action.method>, PATIENCE));
		},
		[connection, confirm, t, tell],
	);
	const run = useCallback<Run>(
		(noun, action, target) => {
			const { why } = judge(action, target);
			if (why !== undefined) {
				const name = subject(target, noun, (count) => t(noun.counted, { count }));
				const title = t('action.impossible', { action: t(action.label), name });
				toasts.show({ color: 'yellow', title, message: why });
			} else if (action.page !== undefined && target.is === 'rows' && target.rows[0] !== undefined) {
				const { to, search } = action.page(target.rows[0]);
				openPage(to, search);
			} else if (action.Dialog !== undefined) setAsked({ noun, action, target });
			else if (target.is === 'rows' && size(target) === 1) void one(noun, action, target);
			else setAsked({ noun, action, target });
		},
		[one, openPage, t],
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
