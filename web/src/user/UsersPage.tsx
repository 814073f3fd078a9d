/** Who may sign in. */
import { Button } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../api/errors';
import { nameColumn, textColumn } from '../list/cells';
import { list, text } from '../list/noun';
import { useUser } from '../live/hooks';
import type { Row } from '../live/view';
import { listColumn } from '../record/cells';
import { ForAdmins } from '../record/ForAdmins';
import type { RecordDialogProps, RecordNoun } from '../record/noun';
import { RecordPage } from '../record/RecordPage';
import { AddIcon, AdminIcon, EditIcon, GroupIcon, RemoveIcon } from '../ui/icons';
import { AddToGroup } from './AddToGroup';
import { useAclRoles, useGroups, useUsers } from './people';
import { UserDialog } from './UserDialog';

function Change({ rows, onClose }: RecordDialogProps) {
	const [row] = rows;
	if (row === undefined) return null;
	const user = {
		id: row.id,
		email: text(row, 'email'),
		permission: text(row, 'permission'),
		groups: list(row, 'groupIds'),
	};
	return <UserDialog onClose={onClose} user={user} />;
}

const isMe = (row: Row) => row.isMe === true;

export const USERS: RecordNoun = {
	id: 'users',
	title: 'place.users',
	one: 'user.one',
	counted: 'user.counted',
	placeholder: 'user.placeholder',
	sort: 'name',
	name: (row) => text(row, 'email'),
	columns: [
		nameColumn('email', '', 'user.email'),
		textColumn('permission', 'user.permission', 'role', { card: 'left', min: 130 }),
		listColumn('groups', 'user.groups', 'groups', { card: 'middle' }),
		listColumn('roles', 'user.roles', 'roles', { card: 'foot' }),
		listColumn('providers', 'user.providers', 'providers', { hidden: true }),
	],
	facets: [
		{ property: 'role', label: 'user.permission', inline: true },
		{ property: 'groups', label: 'user.groups' },
		{ property: 'roles', label: 'user.roles' },
	],
	actions: [
		{ id: 'edit', label: 'server.change', icon: EditIcon, single: true, Dialog: Change },
		{ id: 'group', label: 'user.addToGroup', icon: GroupIcon, Dialog: AddToGroup },
		{
			id: 'promote',
			label: 'user.promote',
			doing: 'user.promoting',
			done: 'user.promoted',
			icon: AdminIcon,
			consequence: 'user.promoteWhat',
			refused: (row) => (isMe(row) ? 'user.notOwn' : row.permission === 'admin' ? 'user.isAdmin' : undefined),
			act: (connection, { id }) => connection.call('user.set', { id, permission: 'admin' }),
		},
		{
			id: 'demote',
			label: 'user.demote',
			doing: 'user.demoting',
			done: 'user.demoted',
			icon: AdminIcon,
			consequence: 'user.demoteWhat',
			refused: (row) => (isMe(row) ? 'user.notOwn' : row.permission === 'admin' ? undefined : 'user.isNoAdmin'),
			act: (connection, { id }) => connection.call('user.set', { id, permission: 'none' }),
		},
		{
			id: 'delete',
			label: 'common.remove.label',
			doing: 'common.remove.doing',
			done: 'common.remove.done',
			icon: RemoveIcon,
			consequence: 'user.deleteWhat',
			destroys: true,
			refused: (row) => (isMe(row) ? 'user.notYourself' : undefined),
			act: (connection, { id }) => connection.call('user.delete', { id }),
		},
	],
};

export default function UsersPage() {
	const { t } = useTranslation();
	const me = useUser();
	const isAdmin = me?.permission === 'admin';
	const users = useUsers(isAdmin);
	const { data: groups } = useGroups(isAdmin);
	const { data: roles } = useAclRoles(isAdmin);
	const [creating, setCreating] = useState(false);
	const rows = useMemo(
		() =>
			users.data?.map(({ id, email, permission, groups: of, authProviders }) => ({
				id,
				email,
				permission,
				role: String(t(permission === 'admin' ? 'user.admin' : 'user.limited')),
				groupIds: of,
				groups: (groups ?? []).filter((group) => of.includes(group.id)).map(({ name }) => name),
				roles: (roles ?? [])
					.filter(({ userIds, groupIds }) => userIds?.includes(id) || groupIds?.some((group) => of.includes(group)))
					.map(({ name }) => name),
				providers: Object.keys(authProviders ?? {}),
				isMe: id === me?.id,
			})),
		[users.data, groups, roles, me?.id, t],
	);
	return (
		<ForAdmins>
			<RecordPage
				failed={users.error === null ? undefined : { text: errorText(users.error), retry: () => void users.refetch() }}
				noun={USERS}
				rows={rows}
				tools={
					<Button leftSection={<AddIcon size={16} />} onClick={() => setCreating(true)} size="sm">
						{t('user.new')}
					</Button>
				}
			/>
			{creating && <UserDialog onClose={() => setCreating(false)} />}
		</ForAdmins>
	);
}
