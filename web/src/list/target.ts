/** What an action is asked of: some rows, or all that a list matches but a few. */
import i18next from 'i18next';
import { no, type Verdict } from '../api/allowed';
import { type Forbids, forbidsNothing } from '../live/forbids';
import { idFilter } from '../live/names';
import type { Row } from '../live/view';
import type { Action, Noun } from './noun';

export type Target =
	| { is: 'rows'; rows: readonly Row[] }
	| { is: 'all'; type: string | string[]; filter: string; except: readonly string[]; count: number };

export function rowsTarget(rows: readonly Row[]): Target {
	return { is: 'rows', rows };
}

export function size(target: Target): number {
	return target.is === 'rows' ? target.rows.length : target.count;
}

/** The object that is acted on: mostly that of the row. */
export function acted(action: Action | undefined, row: Row): string {
	return action?.of?.(row) ?? row.id;
}

/** The selection as the server takes it. */
export function selection(target: Target, action?: Action): object {
	if (target.is === 'rows') return { ids: target.rows.map((row) => acted(action, row)) };
	const { type, filter, except } = target;
	const others = except.length === 0 ? '' : ` !${idFilter(except)}`;
	return { type, filter: filter.trim() === '' ? others.trim() : `(${filter})${others}` };
}

/** What it is called: its name, or how many of what. */
export function subject(target: Target, noun: Noun, counted: (count: number) => string): string {
	const [only] = target.is === 'rows' ? target.rows : [];
	return only !== undefined && size(target) === 1 ? noun.name(only) : counted(size(target));
}

/** Judges it: how many of the rows an action can act on, and when there is none, why. Of all, the server knows. */
export function judge(
	action: Action,
	target: Target,
	forbids: Forbids = forbidsNothing,
): { able: number; why: string | undefined } {
	if (action.single === true && size(target) > 1) return { able: 0, why: i18next.t('why.oneAtATime') };
	if (target.is === 'all' && action.of !== undefined) return { able: 0, why: i18next.t('why.fewer') };
	if (target.is === 'all') return { able: size(target), why: undefined };
	let able = 0;
	let why: string | undefined;
	for (const row of target.rows) {
		const verdict = forbids(action.method, acted(action, row)) ? no(i18next.t('why.noRight')) : allowed(action, row);
		if (verdict.ok) able++;
		else why ??= verdict.why;
	}
	return { able, why: able > 0 ? undefined : why };
}

function allowed(action: Action, row: Row): Verdict {
	return action.allowed?.(row) ?? { ok: true };
}
