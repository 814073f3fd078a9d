/** A new role, a copy of one, or one that is changed: what it is called, and who has it. */
import { MultiSelect, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '../form/FormDialog';
import { list, text } from '../list/noun';
import { useLive } from '../live/hooks';
import type { Row } from '../live/view';
import { useSubjects } from '../user/people';

interface RoleDialogProps {
	role?: Row;
	/** Makes another role of it. */
	copy?: true;
	onClose: () => void;
}

export function RoleDialog({ role, copy, onClose }: RoleDialogProps) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const { subjects } = useSubjects();
	const old = role === undefined ? '' : text(role, 'name');
	const before = role === undefined || copy ? [] : [...list(role, 'userIds'), ...list(role, 'groupIds')];
	const [name, setName] = useState(copy ? t('role.copyOf', { name: old }) : old);
	const [description, setDescription] = useState(role === undefined ? '' : text(role, 'description'));
	const [holders, setHolders] = useState<string[]>(before);
	/** Made by a try that failed later. */
	const [made, setMade] = useState<string>();
	const options = (is: 'user' | 'group') =>
		[...subjects.values()].filter((one) => one.is === is).map(({ id, name }) => ({ value: id, label: name }));
	const submit = async () => {
		const words = { name: name.trim(), description: description.trim() };
		let id = made ?? (copy ? undefined : role?.id);
		if (id === undefined) {
			id =
				copy && role !== undefined
					? await connection.call('aclRole.copy', { id: role.id, ...words })
					: await connection.call('aclRole.create', words);
			setMade(id);
		} else {
			await connection.call('aclRole.set', { id, ...words });
		}
		for (const subject of holders.filter((one) => !before.includes(one))) {
			if (subjects.get(subject)?.is === 'group') await connection.call('aclRole.addGroup', { id, groupId: subject });
			else await connection.call('aclRole.addUser', { id, userId: subject });
		}
		for (const subject of before.filter((one) => !holders.includes(one))) {
			if (subjects.get(subject)?.is === 'group') await connection.call('aclRole.removeGroup', { id, groupId: subject });
			else await connection.call('aclRole.removeUser', { id, userId: subject });
		}
	};
	const isNew = role === undefined || copy === true;
	return (
		<FormDialog
			action={t(isNew ? 'user.create' : 'action.save')}
			onClose={onClose}
			onSubmit={submit}
			ready={name.trim() !== ''}
			title={isNew ? t(copy ? 'role.copyTitle' : 'role.new', { name: old }) : t('role.change', { name: old })}
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
			<Textarea
				autosize
				label={t('edit.description')}
				maxRows={6}
				minRows={2}
				onChange={(event) => setDescription(event.currentTarget.value)}
				value={description}
			/>
			<MultiSelect
				data={[
					{ group: t('place.users'), items: options('user') },
					{ group: t('place.groups'), items: options('group') },
				]}
				label={t('role.holders')}
				limit={100}
				nothingFoundMessage={t('form.nothing')}
				onChange={setHolders}
				searchable
				openOnFocus={false}
				value={holders}
			/>
		</FormDialog>
	);
}
