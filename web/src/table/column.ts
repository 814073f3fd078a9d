import type { ReactNode } from 'react';
import type { Key } from '../i18n';
import type { Row } from '../live/view';

/** A column of a table of one noun. */
export interface Column {
	id: string;
	label: Key;
	/** Least width in px; and its share of the room that is left, 0 for none. */
	min: number;
	grow: number;
	/** Numbers stand at the end, so that their digits line up. */
	align?: 'end';
	/** Where it stands on narrow screens: the first line, the second in three parts, the third in three; or not at all. */
	card?: 'title' | 'left' | 'middle' | 'right' | 'foot' | 'number' | 'last';
	/** Its values say nothing without its name: on narrow screens, that have no header, it stands before them. */
	named?: boolean;
	/** Hidden until somebody asks for it. */
	hidden?: boolean;
	/** Cannot be hidden. */
	always?: boolean;
	/** The first click on the header sorts from large to small. */
	largestFirst?: boolean;
	/** The property that it sorts by, or one of the object that it names (`$pool>name_label`); without, it does not. */
	sort?: string;
	/** Properties that its cell reads. */
	needs: readonly string[];
	cell: (row: Row) => ReactNode;
	/** What stands in its place in a file; `false` where it has none there. */
	text?: ((row: Row) => string | number | undefined) | false;
}

export interface Sort {
	column: string;
	descending: boolean;
}

/** Reads `name` or `-memory,name`; what is no column that sorts is passed over. */
export function readSort(text: string | undefined, columns: readonly Pick<Column, 'id' | 'sort'>[]): Sort[] {
	return (text ?? '').split(',').flatMap((part) => {
		const descending = part.startsWith('-');
		const column = descending ? part.slice(1) : part;
		const known = columns.some(({ id, sort }) => id === column && sort !== undefined);
		return known ? { column, descending } : [];
	});
}

export function printSort(sort: readonly Sort[]): string {
	return sort.map(({ column, descending }) => (descending ? `-${column}` : column)).join(',');
}

/** What a press on a header makes of an order: that column alone, or with `also` beside the others. */
export function pressed(sort: readonly Sort[], column: Pick<Column, 'id' | 'largestFirst'>, also: boolean): Sort[] {
	const at = sort.findIndex((one) => one.column === column.id);
	const now = sort[at];
	const next = { column: column.id, descending: now === undefined ? column.largestFirst === true : !now.descending };
	if (!also) return [next];
	return at < 0 ? [...sort, next] : sort.map((one, index) => (index === at ? next : one));
}

/** The order as the server takes it. */
export function sortBy(sort: readonly Sort[], columns: readonly Column[]): string[] {
	return sort.flatMap(({ column, descending }) => {
		const property = columns.find(({ id }) => id === column)?.sort;
		return property === undefined ? [] : descending ? `-${property}` : property;
	});
}
