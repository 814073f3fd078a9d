/**
 * Filters that are kept: by somebody for themselves, in their preferences, where the original keeps them (by type, then
 * by name); and those that somebody shares with all.
 */
import { useMutation } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useLive, useUser } from '../live/hooks';
import { useRecords } from '../live/records';

export interface SavedFilter {
	/** Tells it from all others. */
	key: string;
	type: string;
	name: string;
	filter: string;
	/** The server's id of one that is shared. */
	shared?: string;
	/** Whether one may forget it. */
	editable: boolean;
}

interface NewFilter extends Pick<SavedFilter, 'type' | 'name' | 'filter'> {
	forAll: boolean;
}

export function useSavedFilters() {
	const { connection } = useLive();
	const user = useUser();
	const filters = user?.preferences?.filters;
	const { data: shared } = useRecords({ method: 'sharedFilter.getAll', params: {}, of: ['sharedFilter'] });
	const saved = useMemo(() => {
		const ofAll = (shared ?? []).map(({ id, type, name, filter, editable }) => ({
			key: id,
			type,
			name,
			filter,
			shared: id,
			editable,
		}));
		return [...read(filters), ...ofAll];
	}, [filters, shared]);
	/** Writes one's own of that name; without a filter there is none afterwards. */
	const write = async (type: string, name: string, filter: string | undefined) => {
		if (user === undefined) return;
		// Another page may have kept one a moment ago.
		const now = (await connection.call('session.getUser', {})).preferences.filters;
		const all = Object(now);
		const { [name]: _, ...others } = Object(all[type]);
		const ofType = filter === undefined ? others : { ...others, [name]: filter };
		await connection.call('user.set', { id: user.id, preferences: { filters: { ...all, [type]: ofType } } });
	};
	const keep = async ({ type, name, filter, forAll }: NewFilter) => {
		if (forAll) await connection.call('sharedFilter.create', { type, name, filter });
		else await write(type, name, filter);
	};
	const forget = useMutation({
		mutationFn: async ({ type, name, shared }: SavedFilter) => {
			if (shared !== undefined) await connection.call('sharedFilter.delete', { id: shared });
			else await write(type, name, undefined);
		},
	});
	return { saved, keep, forget };
}

function read(filters: unknown): SavedFilter[] {
	if (typeof filters !== 'object' || filters === null) return [];
	return Object.entries(filters).flatMap(([type, byName]) =>
		Object.entries(Object(byName)).flatMap(([name, filter]) =>
			typeof filter === 'string' ? [{ key: `${type} ${name}`, type, name, filter, editable: true }] : [],
		),
	);
}
