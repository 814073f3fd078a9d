/** Roles of the newer kind: sets of privileges that users and groups are given. */
import { Button } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../api/errors';
import { countColumn, nameColumn, textColumn } from '../list/cells';
import { text } from '../list/noun';
import { useUser } from '../live/hooks';
import { listColumn } from '../record/cells';
import { ForAdmins } from '../record/ForAdmins';
import type { RecordDialogProps, RecordNoun } from '../record/noun';
import { RecordPage } from '../record/RecordPage';
import { AddIcon, CopyIcon, EditIcon, RemoveIcon } from '../ui/icons';
import { useAclRoles, useSubjects } from '../user/people';
import { RoleDetails } from './RoleDetails';
import { RoleDialog } from './RoleDialog';

const Change = ({ rows, onClose }: RecordDialogProps) => <RoleDialog onClose={onClose} role={rows[0]} />;
const CopyOf = ({ rows, onClose }: RecordDialogProps) => <RoleDialog copy onClose={onClose} role={rows[0]} />;

const ROLES: RecordNoun = {
	id: 'roles',
	title: 'place.roles',
	one: 'acl.role',
	counted: 'role.counted',
	placeholder: 'role.placeholder',
	sort: 'origin,name',
	name: (row) => text(row, 'name'),
	columns: [
		nameColumn('name', 'description'),
		textColumn('origin', 'role.origin', 'origin', { card: 'left', min: 178 }),
		countColumn('privileges', 'role.privileges', 'privilegeIds', { min: 110, card: 'number' }),
		listColumn('users', 'place.users', 'users', { card: 'middle' }),
		listColumn('groups', 'place.groups', 'groups', { card: 'foot' }),
	],
	facets: [{ property: 'origin', label: 'role.origin', inline: true }],
	actions: [
		{
			id: 'edit',
			label: 'server.change',
			icon: EditIcon,
			single: true,
			Dialog: Change,
			refused: (row) => (row.isTemplate === true ? 'role.copyFirst' : undefined),
		},
		{ id: 'copy', label: 'role.copy', icon: CopyIcon, single: true, Dialog: CopyOf },
		{
			id: 'delete',
			label: 'common.remove.label',
			doing: 'common.remove.doing',
			done: 'common.remove.done',
			icon: RemoveIcon,
			consequence: 'role.deleteWhat',
			destroys: true,
			refused: (row) => (row.isTemplate === true ? 'role.isTemplate' : undefined),
			act: (connection, { id }) => connection.call('aclRole.delete', { id }),
		},
	],
	Details: RoleDetails,
};

export default function RolesPage() {
	const { t } = useTranslation();
	const isAdmin = useUser()?.permission === 'admin';
	const { data, error, refetch } = useAclRoles(isAdmin);
	const { subjects } = useSubjects(isAdmin);
	const [creating, setCreating] = useState(false);
	const rows = useMemo(() => {
		const named = (ids: readonly string[] | undefined) =>
			(ids ?? []).flatMap((id) => subjects.get(id)?.name ?? []).sort((a, b) => a.localeCompare(b));
		return data?.map((role) => ({
			...role,
			origin: String(t(role.isTemplate === true ? 'role.template' : 'role.own')),
			users: named(role.userIds),
			groups: named(role.groupIds),
		}));
	}, [data, subjects, t]);
	return (
		<ForAdmins>
			<RecordPage
				failed={error === null ? undefined : { text: errorText(error), retry: () => void refetch() }}
				noun={ROLES}
				rows={rows}
				tools={
					<Button leftSection={<AddIcon size={16} />} onClick={() => setCreating(true)} size="sm">
						{t('role.new')}
					</Button>
				}
			/>
			{creating && <RoleDialog onClose={() => setCreating(false)} />}
		</ForAdmins>
	);
}
