/** Columns that records have. */
import type { Key } from '../i18n';
import { list, number } from '../list/noun';
import type { Column } from '../table/column';
import { formatTime } from '../ui/format';

type Place = Partial<Pick<Column, 'card' | 'hidden' | 'grow' | 'min'>>;

/** A list of words, one after the other. */
export function listColumn(id: string, label: Key, property: string, place: Place = {}): Column {
	return {
		id,
		label,
		min: 110,
		grow: 1.5,
		sort: property,
		needs: [property],
		cell: (row) => {
			const text = list(row, property).join(', ');
			return <span title={text}>{text}</span>;
		},
		text: (row) => list(row, property).join(' '),
		...place,
	};
}

/** Milliseconds since the epoch. */
export function momentColumn(id: string, label: Key, property: string, place: Place = {}): Column {
	return {
		id,
		label,
		min: 172,
		grow: 0,
		largestFirst: true,
		sort: property,
		needs: [property],
		cell: (row) => {
			const at = number(row, property);
			return <>{at !== undefined && formatTime(at / 1000)}</>;
		},
		text: (row) => {
			const at = number(row, property);
			return at === undefined ? '' : new Date(at).toISOString();
		},
		...place,
	};
}
