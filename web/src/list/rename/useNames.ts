/** The objects that are renamed, as they were when that was begun, and all whose names theirs should not be. */
import { useEffect, useState } from 'react';
import { useLive } from '../../live/hooks';
import { readAll } from '../../live/readAll';
import type { Row } from '../../live/view';
import type { Noun } from '../noun';
import { selection, type Target } from '../target';
import { inOrder } from './plan';

export interface Names {
	rows: readonly Row[];
	all: readonly Row[];
}

export function useNames({ type }: Noun, target: Target): { names?: Names; error?: unknown } {
	const { connection } = useLive();
	const [first] = useState(target);
	const [told, setTold] = useState<{ names?: Names; error?: unknown }>({});
	useEffect(() => {
		let left = false;
		const wish = { type, filter: '', sort: ['name_label'], columns: ['name_label'] };
		const read = async () => {
			const chosen = first.is === 'rows' ? first.rows : readAll(connection, { ...wish, ...selection(first) });
			const [rows, all] = await Promise.all([chosen, readAll(connection, wish)]);
			return { rows: inOrder(rows), all };
		};
		read().then(
			(names) => !left && setTold({ names }),
			(error) => !left && setTold({ error }),
		);
		return () => {
			left = true;
		};
	}, [connection, first, type]);
	return told;
}
