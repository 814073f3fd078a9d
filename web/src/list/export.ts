/** A list as a file: all that matches, in its order, with the columns that are shown. */
import type { Connection } from '../live/connection';
import { readAll } from '../live/readAll';
import type { Row } from '../live/view';
import type { Column } from '../table/column';

export interface Wanted {
	type: string | string[];
	filter: string;
	sort: string[];
	columns: readonly Column[];
}

function rowsOf(connection: Connection, { type, filter, sort, columns }: Wanted): Promise<Row[]> {
	return readAll(connection, { type, filter, sort, columns: [...new Set(columns.flatMap(({ needs }) => needs))] });
}

export async function exportCsv(connection: Connection, wanted: Wanted, label: (column: Column) => string) {
	const columns = wanted.columns.filter(({ text }) => text !== false);
	return csvOf(await rowsOf(connection, { ...wanted, columns }), columns, label);
}

/** Writes rows as CSV. */
export function csvOf(rows: readonly Row[], columns: readonly Column[], label: (column: Column) => string): string {
	const lines = [columns.map(label), ...rows.map((row) => columns.map((column) => cellOf(column, row)))];
	return lines.map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('');
}

export async function exportJson(connection: Connection, wanted: Wanted) {
	const rows = await rowsOf(connection, wanted);
	return JSON.stringify(rows, null, '\t');
}

function cellOf(column: Column, row: Row): string | number | undefined {
	if (column.text) return column.text(row);
	const [property] = column.needs;
	const value = property === undefined ? undefined : row[property];
	if (Array.isArray(value)) return value.join(' ');
	return typeof value === 'string' || typeof value === 'number' ? value : value == null ? '' : JSON.stringify(value);
}

/** A cell in quotes where it needs them. What a spreadsheet would run as a formula is kept from that. */
export function csvCell(value: string | number | undefined): string {
	const text = String(value ?? '');
	const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
	return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Hands a text to the browser as a file to keep. */
export function saveFile(name: string, type: string, text: string): void {
	const url = URL.createObjectURL(new Blob([text], { type }));
	const link = document.createElement('a');
	link.href = url;
	link.download = name;
	link.click();
	setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
