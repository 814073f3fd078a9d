/** Users, groups and the newer roles, as an administrator sees them, and who is who by an id. */
import { useMemo } from 'react';
import { useRecords } from '../live/records';

export function useUsers(enabled = true) {
	return useRecords({ method: 'user.getAll', params: {}, of: ['user', 'group', 'aclRole'] }, enabled);
}

export function useGroups(enabled = true) {
	return useRecords({ method: 'group.getAll', params: {}, of: ['group', 'aclRole'] }, enabled);
}

export function useAclRoles(enabled = true) {
	return useRecords({ method: 'aclRole.list', params: {}, of: ['aclRole'] }, enabled);
}

export interface Subject {
	id: string;
	name: string;
	is: 'user' | 'group';
}

/** Whoever may be given rights, by id; whether all have been read. */
export function useSubjects(enabled = true): { subjects: ReadonlyMap<string, Subject>; known: boolean } {
	const { data: users } = useUsers(enabled);
	const { data: groups } = useGroups(enabled);
	return useMemo(() => {
		const all: Subject[] = [
			...(users ?? []).map(({ id, email }) => ({ id, name: email, is: 'user' as const })),
			...(groups ?? []).map(({ id, name }) => ({ id, name, is: 'group' as const })),
		];
		const subjects = new Map(all.map((subject) => [subject.id, subject]));
		return { subjects, known: users !== undefined && groups !== undefined };
	}, [users, groups]);
}
