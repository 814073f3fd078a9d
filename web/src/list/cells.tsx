/** Columns that many nouns have: each a function of what is special about it. */
import type { MouseEvent } from 'react';
import type { Key } from '../i18n';
import { useWords } from '../i18n/words';
import { useName } from '../live/hooks';
import type { Sort } from '../live/names';
import type { Row } from '../live/view';
import type { Column } from '../table/column';
import { Tags } from '../tag/Tags';
import { formatBytes, formatNumber, formatTime } from '../ui/format';
import { Meter } from '../ui/Meter';
import css from './cells.module.css';
import { useOnTag } from './links';
import { list, nameLabel, number, text } from './noun';

type Place = Partial<Pick<Column, 'card' | 'hidden' | 'grow' | 'min'>>;

/** The name, as a link to the details, with the description beside it. */
export function nameColumn(
	property = 'name_label',
	description = 'name_description',
	label: Key = 'column.name',
): Column {
	return {
		id: 'name',
		label,
		card: 'title',
		min: 172,
		grow: 4,
		always: true,
		sort: property,
		needs: description === '' ? [property] : [property, description],
		cell: (row) => (
			<span className={css.name}>
				<a href={linkTo(row)} onClick={openHere} tabIndex={-1} title={text(row, property)}>
					{text(row, property) || row.id}
				</a>
				{text(row, description) !== '' && (
					<span className={css.description} title={text(row, description)}>
						{text(row, description)}
					</span>
				)}
			</span>
		),
		text: (row) => text(row, property),
	};
}

/** The address of this list with the details of a row open. */
function linkTo(row: Row): string {
	const [path = ''] = location.hash.split('?');
	return `${path}?id=${encodeURIComponent(row.id)}`;
}

/** A plain click opens the details beside the list; with a key held, the browser does what it does with links. */
function openHere(event: MouseEvent) {
	if (event.ctrlKey || event.metaKey || event.shiftKey) event.stopPropagation();
	else event.preventDefault();
}

export function textColumn(id: string, label: Key, property: string, place: Place = {}): Column {
	return {
		id,
		label,
		min: 110,
		grow: 1,
		sort: property,
		needs: [property],
		cell: (row) => <span title={text(row, property)}>{text(row, property)}</span>,
		...place,
	};
}

interface NumberPlace extends Place {
	/** Shown where no header says what is counted, in place of the column's name. */
	unit?: string;
	/** A number that counts nothing, such as that of a VLAN: its digits are not grouped. */
	plain?: true;
}

export function numberColumn(
	id: string,
	label: Key,
	property: string,
	{ unit, plain, ...place }: NumberPlace = {},
): Column {
	return {
		id,
		label,
		min: 76,
		grow: 0,
		align: 'end',
		largestFirst: true,
		named: unit === undefined,
		sort: property,
		needs: [property],
		cell: (row) => {
			const value = number(row, property);
			if (value === undefined) return null;
			return (
				<>
					{plain ? String(value) : formatNumber(value)}
					{unit !== undefined && <span className={css.unit}> {unit}</span>}
				</>
			);
		},
		...place,
	};
}

/** How many items a list has. */
export function countColumn(id: string, label: Key, property: string, place: Place = {}): Column {
	return {
		...numberColumn(id, label, property, place),
		cell: (row) => {
			const { length } = list(row, property);
			return <>{length > 0 && formatNumber(length)}</>;
		},
		text: (row) => list(row, property).length,
	};
}

export function bytesColumn(id: string, label: Key, property: string, place: Place = {}): Column {
	return {
		...numberColumn(id, label, property, { min: 92, ...place }),
		cell: (row) => {
			const value = number(row, property);
			return <>{value !== undefined && value >= 0 && formatBytes(value)}</>;
		},
	};
}

/** Seconds since the epoch. */
export function timeColumn(id: string, label: Key, property: string, place: Place = {}): Column {
	return {
		id,
		label,
		min: 188,
		grow: 0,
		largestFirst: true,
		sort: property,
		needs: [property],
		cell: (row) => {
			const value = number(row, property);
			return <>{value !== undefined && value > 0 && formatTime(value)}</>;
		},
		text: (row) => {
			const value = number(row, property);
			return value === undefined || value <= 0 ? '' : new Date(value * 1000).toISOString();
		},
		...place,
	};
}

/** How much is used of what there is. */
export function usageColumn(
	id: string,
	label: Key,
	used: string,
	size: string,
	{ mayFill, ...place }: Place & { mayFill?: boolean } = {},
): Column {
	return {
		id,
		label,
		min: 150,
		grow: 1,
		largestFirst: true,
		sort: used,
		needs: [used, size],
		cell: (row) => <Meter mayFill={mayFill} size={number(row, size) ?? 0} usage={number(row, used) ?? 0} />,
		text: (row) => number(row, used),
		...place,
	};
}

/** What an object of another kind is called, and the order of these names. */
export function refColumn(id: string, label: Key, sort: Sort, property: string, place: Place = {}): Column {
	return {
		id,
		label,
		min: 104,
		grow: 1.2,
		sort: `${property}>name_label`,
		needs: [property],
		cell: (row) => <TitledRef id={text(row, property)} sort={sort} />,
		...place,
	};
}

/** In a cell that may be too narrow for the name. */
function TitledRef({ sort, id }: { sort: Sort; id: string }) {
	const name = useName(sort, id);
	return <span title={name}>{name}</span>;
}

export function Ref({ sort, id }: { sort: Sort; id: string }) {
	return <>{useName(sort, id)}</>;
}

export function yesNoColumn(id: string, label: Key, property: string, place: Place = {}): Column {
	return {
		id,
		label,
		min: 96,
		grow: 0,
		named: true,
		sort: property,
		needs: [property],
		cell: (row) => <YesNo value={row[property] === true} />,
		text: (row) => String(row[property] === true),
		...place,
	};
}

export function YesNo({ value }: { value: boolean }) {
	const words = useWords();
	return value ? words.text('yes') : <span className={css.dim}>{words.text('no')}</span>;
}

export function tagsColumn(place: Place = {}): Column {
	return {
		id: 'tags',
		label: 'column.tags',
		card: 'foot',
		min: 140,
		grow: 2,
		needs: ['tags'],
		cell: (row) => <TagCell row={row} />,
		text: (row) => list(row, 'tags').join(' '),
		...place,
	};
}

function TagCell({ row }: { row: Row }) {
	return <Tags onPick={useOnTag()} tags={list(row, 'tags')} />;
}

export function PlaceValue({ value }: { value: string }) {
	return <>{useName('place', value) ?? value.slice(0, 8)}</>;
}

export function SrValue({ value }: { value: string }) {
	return <>{useName('SR', value) ?? value.slice(0, 8)}</>;
}

export function VmValue({ value }: { value: string }) {
	return <>{useName('VM', value) ?? value.slice(0, 8)}</>;
}

export function NetworkValue({ value }: { value: string }) {
	return <>{useName('network', value) ?? value.slice(0, 8)}</>;
}

export function YesNoValue({ value }: { value: string }) {
	return <YesNo value={value === 'true'} />;
}

export const poolColumn = refColumn('pool', 'column.pool', 'place', '$pool', { hidden: true });
export const poolFacet = { property: '$pool', label: 'column.pool', Value: PlaceValue, names: 'place' } as const;
export const tagsFacet = { property: 'tags', label: 'column.tags', several: true } as const;
export { nameLabel };
