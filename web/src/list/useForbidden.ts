/** What rights forbid of all that can be done to a target. */
import { useMemo } from 'react';
import { type Forbids, MOST_ASKED, useForbids } from '../live/forbids';
import type { Noun } from './noun';
import { actionsOf } from './registry';
import { acted, type Target } from './target';

const NONE: readonly never[] = [];

export function useForbidden(noun: Noun | undefined, target: Target | undefined): Forbids {
	const [methods, ids] = useMemo(() => {
		if (noun === undefined || target?.is !== 'rows' || target.rows.length > MOST_ASKED) return [NONE, NONE];
		const actions = actionsOf(noun);
		const all = target.rows.flatMap((row) => [row.id, ...actions.map((action) => acted(action, row))]);
		return [actions.map(({ method }) => method), [...new Set(all)]];
	}, [noun, target]);
	return useForbids(methods, ids);
}
