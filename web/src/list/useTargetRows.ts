/** The objects that an action is asked of, with the properties that its dialog reads; live while it is open. */
import { useMemo } from 'react';
import { useView } from '../live/hooks';
import { idFilter } from '../live/names';
import type { Row } from '../live/view';
import type { Noun } from './noun';
import { size, type Target } from './target';

/** Objects of one dialog; a form about more of them is not filled in. */
const MOST = 100;

export function useTargetRows(noun: Noun, target: Target, columns: readonly string[]): readonly Row[] {
	const wish = useMemo(() => {
		const filter = target.is === 'all' ? target.filter : idFilter(target.rows.map(({ id }) => id));
		const limit = Math.min(MOST, size(target));
		return { type: noun.type, filter, sort: ['name_label'], columns: [...new Set([...noun.needs, ...columns])], limit };
	}, [noun, target, columns]);
	return useView(wish).rows;
}
