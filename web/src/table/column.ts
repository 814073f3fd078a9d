import type { ComponentType } from 'react';
import type { Kind, Kinds } from '../api/objects';
import type { Compare } from '../live/list';

/** A column of a table of one kind of object. */
export interface Column<K extends Kind> {
	id: string;
	label: string;
	/** Least width in px; and its share of the room that is left, 0 for none. */
	min: number;
	grow: number;
	/** Numbers stand at the end, so that their digits line up. */
	align?: 'end';
	/** Where it stands on narrow screens: the first line, the second in three parts, the third in three; or not at all. */
	card?: 'title' | 'left' | 'middle' | 'right' | 'foot' | 'number' | 'last';
	/** Hidden until somebody asks for it. */
	hidden?: boolean;
	/** Cannot be hidden. */
	always?: boolean;
	/** The first click on the header sorts from large to small. */
	largestFirst?: boolean;
	Cell: ComponentType<{ object: Kinds[K] }>;
}

/** Ascending order by a column's id; what needs other objects gets them from the store in a closure. */
export type Orders<K extends Kind> = Record<string, Compare<Kinds[K]>>;

export interface Sort {
	column: string;
	descending: boolean;
}

/** Reads `name` or `-memory`; what is no column of the table sorts by the first. */
export function readSort(text: string | undefined, columns: readonly { id: string }[]): Sort {
	const descending = text?.startsWith('-') === true;
	const id = descending ? text?.slice(1) : text;
	const column = columns.find((candidate) => candidate.id === id);
	return column === undefined ? { column: columns[0]?.id ?? '', descending: false } : { column: column.id, descending };
}

export function printSort({ column, descending }: Sort): string {
	return descending ? `-${column}` : column;
}
