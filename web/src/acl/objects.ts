/** Objects that rules name: what they are called, as it changes. */
import { useEffect, useState } from 'react';
import type { Key } from '../i18n';
import { useLive } from '../live/hooks';
import { idFilter } from '../live/names';
import { type Row, View } from '../live/view';

/** What rights can be given on, most asked for first. */
const ONE: Readonly<Record<string, Key>> = {
	VM: 'vm.one',
	'VM-template': 'template.one',
	'VM-snapshot': 'snapshot.one',
	host: 'host.one',
	pool: 'pool.one',
	SR: 'sr.one',
	network: 'network.one',
	VDI: 'vdi.one',
};
export const TYPES = Object.keys(ONE);

/** What one object of a type is called. */
export function typeName(type: string, t: (key: Key) => string): string {
	const key = ONE[type];
	return key === undefined ? type : t(key);
}

/** Objects of one view: as many as a filter has room for. */
const PIECE = 300;
/** Views at most; a connection has 32. */
const VIEWS = 10;

export function useObjectRows(ids: readonly string[]): ReadonlyMap<string, Row> {
	const { connection } = useLive();
	const [rows, setRows] = useState<ReadonlyMap<string, Row>>(new Map());
	const key = [...new Set(ids)].sort().join(' ');
	useEffect(() => {
		const all = key === '' ? [] : key.split(' ');
		const views: View[] = [];
		const take = () => setRows(new Map(views.flatMap((view) => view.rows.map((row) => [row.id, row] as const))));
		for (let at = 0; at < all.length && views.length < VIEWS; at += PIECE) {
			const view = new View(connection).open();
			views.push(view);
			view.watchAll(take);
			view.watch(take);
			const filter = idFilter(all.slice(at, at + PIECE));
			view.show({ type: TYPES, filter, columns: ['name_label', 'type'], limit: PIECE });
		}
		return () => {
			for (const view of views) view.close();
		};
	}, [connection, key]);
	return rows;
}
