/** Groups of users, who share the rules of the group. */
import { Button, MultiSelect, TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../api/errors';
import { FormDialog } from '../form/FormDialog';
import { countColumn, nameColumn } from '../list/cells';
import { list, text } from '../list/noun';
import { useLive, useUser } from '../live/hooks';
import type { Row } from '../live/view';
import { listColumn } from '../record/cells';
import { ForAdmins } from '../record/ForAdmins';
import type { RecordDialogProps, RecordNoun } from '../record/noun';
import { RecordPage } from '../record/RecordPage';
import { AddIcon, EditIcon, RemoveIcon } from '../ui/icons';
import { Message } from '../ui/Message';
import { useAclRoles, useGroups, useUsers } from './people';

function Change({ rows, onClose }: RecordDialogProps) {
	return <GroupDialog group={rows[0]} onClose={onClose} />;
}

const GROUPS: RecordNoun = {
	id: 'groups',
	title: 'place.groups',
	one: 'group.one',
	counted: 'group.counted',
	placeholder: 'group.placeholder',
	sort: 'name',
	name: (row) => text(row, 'name'),
	columns: [
		{ ...nameColumn('name', ''), grow: 2 },
		countColumn('count', 'group.count', 'userIds', { min: 110, card: 'number' }),
		listColumn('users', 'place.users', 'users', { grow: 4, card: 'left' }),
		listColumn('roles', 'user.roles', 'roles', { card: 'foot' }),
	],
	facets: [
		{ property: 'users', label: 'place.users' },
		{ property: 'roles', label: 'user.roles' },
	],
	actions: [
		{ id: 'edit', label: 'server.change', icon: EditIcon, single: true, Dialog: Change },
		{
			id: 'delete',
			label: 'common.remove.label',
			doing: 'common.remove.doing',
			done: 'common.remove.done',
			icon: RemoveIcon,
			consequence: 'group.deleteWhat',
			destroys: true,
			act: (connection, { id }) => connection.call('group.delete', { id }),
		},
	],
};

export default function GroupsPage() {
	const { t } = useTranslation();
	const isAdmin = useUser()?.permission === 'admin';
	const groups = useGroups(isAdmin);
	const { data: users } = useUsers(isAdmin);
	const { data: roles } = useAclRoles(isAdmin);
	const [creating, setCreating] = useState(false);
	const rows = useMemo(
		() =>
			groups.data?.map(({ id, name, users: of, aclRoleIds }) => ({
				id,
				name,
				userIds: of,
				users: (users ?? []).filter((user) => of.includes(user.id)).map(({ email }) => email),
				roles: (roles ?? []).filter((role) => aclRoleIds.includes(role.id)).map((role) => role.name),
			})),
		[groups.data, users, roles],
	);
	const create = (
		<Button leftSection={<AddIcon size={16} />} onClick={() => setCreating(true)} size="sm">
			{t('group.new')}
		</Button>
	);
	return (
		<ForAdmins>
			<RecordPage
				empty={
					<Message title={t('group.noneYet')}>
						<p>{t('group.what')}</p>
						{create}
					</Message>
				}
				failed={
					groups.error === null ? undefined : { text: errorText(groups.error), retry: () => void groups.refetch() }
				}
				noun={GROUPS}
				rows={rows}
				tools={create}
			/>
			{creating && <GroupDialog onClose={() => setCreating(false)} />}
		</ForAdmins>
	);
}

function GroupDialog({ group, onClose }: { group?: Row; onClose: () => void }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const { data: users } = useUsers();
	const before = group === undefined ? [] : list(group, 'userIds');
	const [name, setName] = useState(group === undefined ? '' : text(group, 'name'));
	const [members, setMembers] = useState<string[]>([...before]);
	const [created, setCreated] = useState<string>();
	const submit = async () => {
		let id = group?.id ?? created;
		if (id === undefined) {
			id = await connection.call('group.create', { name: name.trim() });
			setCreated(id);
		} else if (group === undefined || name.trim() !== text(group, 'name')) {
			await connection.call('group.set', { id, name: name.trim() });
		}
		if (members.length !== before.length || members.some((member) => !before.includes(member))) {
			await connection.call('group.setUsers', { id, userIds: members });
		}
	};
	return (
		<FormDialog
			action={t(group === undefined ? 'user.create' : 'action.save')}
			onClose={onClose}
			onSubmit={submit}
			ready={name.trim() !== ''}
			title={group === undefined ? t('group.new') : t('group.change', { name: text(group, 'name') })}
		>
			<TextInput
				autoComplete="off"
				data-autofocus
				label={t('column.name')}
				onChange={(event) => setName(event.currentTarget.value)}
				required
				value={name}
				withAsterisk={false}
			/>
			<MultiSelect
				data={(users ?? []).map(({ id, email }) => ({ value: id, label: email }))}
				label={t('place.users')}
				limit={100}
				maxDropdownHeight={280}
				nothingFoundMessage={t('form.nothing')}
				onChange={setMembers}
				searchable
				openOnFocus={false}
				value={members}
			/>
		</FormDialog>
	);
}
