/** Filters that somebody keeps, in their preferences, where the original keeps them: by type, then by name. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useLive, useUser } from '../live/hooks';

export interface SavedFilter {
	type: string;
	name: string;
	filter: string;
}

const KEY = ['preferences'];

export function useSavedFilters() {
	const { connection } = useLive();
	const user = useUser();
	const queries = useQueryClient();
	const { data } = useQuery({
		queryKey: KEY,
		queryFn: async () => (await connection.call('session.getUser', {})).preferences,
		initialData: user?.preferences,
		staleTime: Number.POSITIVE_INFINITY,
		enabled: user !== undefined,
	});
	const save = useMutation({
		mutationFn: async ({ type, name, filter }: Omit<SavedFilter, 'filter'> & { filter: string | undefined }) => {
			if (user === undefined) return;
			const all = Object(data?.filters);
			const { [name]: _, ...others } = Object(all[type]);
			const ofType = filter === undefined ? others : { ...others, [name]: filter };
			await connection.call('user.set', { id: user.id, preferences: { filters: { ...all, [type]: ofType } } });
		},
		onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
	});
	return { saved: read(data?.filters), save };
}

function read(filters: unknown): SavedFilter[] {
	if (typeof filters !== 'object' || filters === null) return [];
	return Object.entries(filters).flatMap(([type, byName]) =>
		Object.entries(Object(byName)).flatMap(([name, filter]) =>
			typeof filter === 'string' ? [{ type, name, filter }] : [],
		),
	);
}
