/** What comes of an action that somebody wants: a question, a page, a dialog, a call. */
import type { TFunction } from 'i18next';
import type { Params } from '../api/methods';
import type { Connection } from '../live/connection';
import type { Question } from '../ui/Confirm';
import { tellIn } from '../ui/tell';
import { toasts } from '../ui/toasts';
import { type Bulk, PATIENCE } from './Actions';
import { judge, size, subject } from './target';

interface Ways {
	t: TFunction;
	connection: Connection;
	confirm: (question: Question) => Promise<boolean>;
	openPage: (to: `/${string}`, search?: Readonly<Record<string, string | undefined>>) => void;
	/** Opens the dialog of the action, or that of actions on many. */
	ask: (bulk: Bulk) => void;
}

export function begin(wanted: Bulk, ways: Ways): void {
	const { noun, action, target } = wanted;
	const { t } = ways;
	const { why } = judge(action, target);
	if (why !== undefined) {
		const name = subject(target, noun, (count) => t(noun.counted, { count }));
		const title = t('action.impossible', { action: t(action.label), name });
		toasts.show({ color: 'yellow', title, message: why });
	} else if (action.page !== undefined && target.is === 'rows' && target.rows[0] !== undefined) {
		const { to, search } = action.page(target.rows[0]);
		ways.openPage(to, search);
	} else if (action.Dialog === undefined && target.is === 'rows' && size(target) === 1) void one(wanted, ways);
	else ways.ask(wanted);
}

async function one({ noun, action, target }: Bulk, { t, connection, confirm }: Ways): Promise<void> {
	const [row] = target.is === 'rows' ? target.rows : [];
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
	await tellIn(t)(words, () => connection.call(action.method, params as Params<typeof action.method>, PATIENCE));
}
