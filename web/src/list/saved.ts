/** Filters that somebody keeps, in their preferences, where the original keeps them: by type, then by name. */
import { useMutation } from '@tanstack/react-query';
import { useLive, useUser } from '../live/hooks';

export interface SavedFilter {
	type: string;
	name: string;
	filter: string;
}

export function useSavedFilters() {
	const { connection } = useLive();
	const user = useUser();
	const filters = user?.preferences?.filters;
	const save = useMutation({
		mutationFn: async ({ type, name, filter }: Omit<SavedFilter, 'filter'> & { filter: string | undefined }) => {
			if (user === undefined) return;
			// Another page may have kept one a moment ago.
			const now = (await connection.call('session.getUser', {})).preferences.filters;
			const all = Object(now);
			const { [name]: _, ...others } = Object(all[type]);
			const ofType = filter === undefined ? others : { ...others, [name]: filter };
			await connection.call('user.set', { id: user.id, preferences: { filters: { ...all, [type]: ofType } } });
		},
	});
	return { saved: read(filters), save };
}

function read(filters: unknown): SavedFilter[] {
	if (typeof filters !== 'object' || filters === null) return [];
	return Object.entries(filters).flatMap(([type, byName]) =>
		Object.entries(Object(byName)).flatMap(([name, filter]) =>
			typeof filter === 'string' ? [{ type, name, filter }] : [],
		),
	);
}
