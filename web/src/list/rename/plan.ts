/** Who gets which name. */
import type { Row } from '../../live/view';
import { type Fault, type Rule, readRule } from './rule';

export interface Line {
	id: string;
	old: string;
	next: string;
	/** Nothing stands against it but, for `taken`, that another is called the same. */
	is: 'same' | 'changed' | 'taken' | 'empty';
}

const natural = new Intl.Collator(undefined, { numeric: true });

/** In the order of their present names, `web-2` before `web-10`: they are numbered in it. */
export function inOrder(rows: readonly Row[]): Row[] {
	return rows.toSorted((a, b) => natural.compare(nameOf(a), nameOf(b)));
}

/** What a rule makes of the names of `rows`; `all` are those that a new name should not be the same as. */
export function plan(rule: Rule, rows: readonly Row[], all: readonly Row[]): Line[] | Fault {
	const namer = readRule(rule);
	if (typeof namer !== 'function') return namer;
	const lines = rows.map((row, at) => ({ id: row.id, old: nameOf(row), next: namer(nameOf(row), at) }));
	const ids = new Set(rows.map(({ id }) => id));
	const times = new Map<string, number>();
	const count = (name: string) => times.set(name, (times.get(name) ?? 0) + 1);
	for (const row of all) if (!ids.has(row.id)) count(nameOf(row));
	for (const { next } of lines) count(next);
	return lines.map((line) => ({ ...line, is: judge(line, times) }));
}

function judge({ old, next }: { old: string; next: string }, times: ReadonlyMap<string, number>): Line['is'] {
	if (next === '') return 'empty';
	if (next === old) return 'same';
	return (times.get(next) ?? 0) > 1 ? 'taken' : 'changed';
}

/** The parts of a new name: what it begins and ends with as the old one, and what is new between. */
export function parts(old: string, next: string): [before: string, fresh: string, after: string] {
	const most = Math.min(old.length, next.length);
	let start = 0;
	while (start < most && old[start] === next[start]) start++;
	let end = 0;
	while (end < most - start && old[old.length - 1 - end] === next[next.length - 1 - end]) end++;
	return [next.slice(0, start), next.slice(start, next.length - end), next.slice(next.length - end)];
}

function nameOf(row: Row): string {
	return typeof row.name_label === 'string' ? row.name_label : '';
}
