/** Records as lines of a table. There are few of them, all here: they are filtered and sorted in the page. */
import { compileFilter } from '../filter/match';
import { parseFilter } from '../filter/parse';
import type { Line, Lines } from '../live/listing';
import type { Row } from '../live/view';

/** Orders rows by properties, `-` before those that descend; what is absent stands last. */
export function ordered(rows: readonly Row[], by: readonly string[], language: string): Row[] {
	const { compare } = new Intl.Collator(language, { numeric: true, sensitivity: 'base' });
	const keys = by.map((text) => (text.startsWith('-') ? { name: text.slice(1), sign: -1 } : { name: text, sign: 1 }));
	return [...rows].sort((a, b) => {
		for (const { name, sign } of keys) {
			const [left, right] = [a[name], b[name]];
			if (isAbsent(left) || isAbsent(right)) {
				if (isAbsent(left) !== isAbsent(right)) return isAbsent(left) ? 1 : -1;
				continue;
			}
			const order =
				typeof left === 'number' && typeof right === 'number' ? left - right : compare(String(left), String(right));
			if (order !== 0) return order * sign;
		}
		return 0;
	});
}

function isAbsent(value: unknown): boolean {
	return value === undefined || value === null || value === '';
}

/** Keeps what a filter, which can be read, matches. */
export function matching(rows: readonly Row[], filter: string): readonly Row[] {
	return filter.trim() === '' ? rows : rows.filter(compileFilter(parseFilter(filter)));
}

/** How many rows have each value of a property. */
export function counted(rows: readonly Row[], property: string): Record<string, number> {
	const counts: Record<string, number> = {};
	for (const row of rows) {
		for (const value of [row[property]].flat()) {
			if (value === undefined || value === null || value === '') continue;
			const text = String(value);
			counts[text] = (counts[text] ?? 0) + 1;
		}
	}
	return counts;
}

/** Lines of rows that do not change: others are other lines. */
export function linesOf(rows: readonly Row[]): Lines {
	const places = new Map(rows.map(({ id }, place) => [id, place]));
	const never = () => () => undefined;
	return {
		watch: never,
		version: () => 0,
		length: () => rows.length,
		at: (index): Line | undefined => {
			const row = rows[index];
			return row && { is: 'row', row };
		},
		look: () => undefined,
		get: (id) => rows[places.get(id) ?? -1],
		watchRow: never,
		indexOf: (id) => places.get(id) ?? -1,
		toggle: () => undefined,
	};
}
