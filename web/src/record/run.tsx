/** Does something to records: asks first where it should, and tells how it went. */
import { type ReactNode, useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../api/errors';
import { useLive } from '../live/hooks';
import type { Row } from '../live/view';
import { useConfirm } from '../ui/Confirm';
import { DONE, FAILED, RUNNING } from '../ui/tell';
import { toasts } from '../ui/toasts';
import type { RecordAction, RecordNoun } from './noun';
import css from './Record.module.css';

/** Calls under way at once. */
const AT_ONCE = 4;
/** Names that a question lists; more are counted. */
const NAMED = 12;
/** From so many on, their number has to be typed before they are destroyed. */
const MANY = 10;

export type RunRecords = (action: RecordAction, rows: readonly Row[]) => void;

/** What runs actions, and the dialog that one of them has open. */
export function useRunRecords(noun: RecordNoun): [RunRecords, ReactNode] {
	const { t } = useTranslation();
	const { connection } = useLive();
	const confirm = useConfirm();
	const [asked, setAsked] = useState<{ action: RecordAction; rows: readonly Row[] }>();

	const run = useCallback<RunRecords>(
		async (action, rows) => {
			const { act } = action;
			if (action.Dialog !== undefined) return setAsked({ action, rows });
			if (act === undefined) return;
			const [first] = rows;
			if (first === undefined) return;
			const name = rows.length === 1 ? noun.name(first) : String(t(noun.counted, { count: rows.length }));
			const label = t(action.label);
			if (action.consequence !== undefined) {
				const yes = await confirm({
					title: t('action.ask', { action: label, name }),
					body: (
						<>
							<p>{t(action.consequence)}</p>
							{rows.length > 1 && <Named names={rows.map(noun.name)} />}
						</>
					),
					action: label,
					destroys: action.destroys === true,
					type: action.destroys === true && rows.length >= MANY ? String(rows.length) : undefined,
				});
				if (!yes) return;
			}
			const doing = action.doing === undefined ? label : t(action.doing, { name });
			const id = toasts.show({ ...RUNNING, title: `${doing}…`, message: '' });
			const failed = await each(rows, (row) => act(connection, row));
			if (failed.length === 0) {
				const title = action.done === undefined ? label : t(action.done, { name });
				return toasts.update({ id, ...DONE, title, message: '' });
			}
			const title =
				rows.length === 1
					? t('action.failed', { action: label, name })
					: t('action.failedFor', { action: label, count: failed.length, name });
			const said = failed.slice(0, NAMED).map(([row, why]) => (
				<li key={row.id}>
					{rows.length === 1 ? '' : `${noun.name(row)}: `}
					{errorText(why)}
				</li>
			));
			toasts.update({ id, ...FAILED, title, message: <ul>{said}</ul> });
		},
		[connection, confirm, noun, t],
	);
	const Dialog = asked?.action.Dialog;
	return [run, asked && Dialog && <Dialog onClose={() => setAsked(undefined)} rows={asked.rows} />];
}

function Named({ names }: { names: readonly string[] }) {
	const { t } = useTranslation();
	const more = names.length - NAMED;
	return (
		<ul className={css.named}>
			{names.slice(0, more === 1 ? NAMED + 1 : NAMED).map((name, at) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: the list does not change while it is shown
				<li key={at}>{name}</li>
			))}
			{more > 1 && <li>{t('action.andMore', { count: more })}</li>}
		</ul>
	);
}

/** Does it to each, a few at a time; returns those that failed, and why. */
export async function each<T>(of: readonly T[], act: (one: T) => Promise<unknown>): Promise<[T, unknown][]> {
	const failed: [T, unknown][] = [];
	const left = [...of];
	const work = async () => {
		for (let one = left.shift(); one !== undefined; one = left.shift()) {
			try {
				await act(one);
			} catch (why) {
				failed.push([one, why]);
			}
		}
	};
	await Promise.all(Array.from({ length: AT_ONCE }, work));
	return failed;
}
