/** A new user, or one that is changed: name, password, permission, groups. */
import { MultiSelect, SegmentedControl, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '../form/FormDialog';
import { useLive, useUser } from '../live/hooks';
import { NewPassword } from './NewPassword';
import { useGroups } from './people';
import css from './UserDialog.module.css';

interface UserDialogProps {
	user?: { id: string; email: string; permission: string; groups: readonly string[] };
	onClose: () => void;
}

export function UserDialog({ user, onClose }: UserDialogProps) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const me = useUser();
	const { data: groups } = useGroups();
	const [email, setEmail] = useState(user?.email ?? '');
	const [password, setPassword] = useState('');
	const [permission, setPermission] = useState(user?.permission === 'admin' ? 'admin' : 'none');
	const [chosen, setChosen] = useState<string[]>([...(user?.groups ?? [])]);
	/** Created by a try whose groups failed. */
	const [created, setCreated] = useState<string>();
	const isMe = user !== undefined && user.id === me?.id;
	const submit = async () => {
		let id = user?.id ?? created;
		if (id === undefined) {
			id = await connection.call('user.create', { email: email.trim(), password, permission });
			setCreated(id);
		} else {
			await connection.call('user.set', {
				id,
				email: email.trim(),
				...(password === '' ? {} : { password }),
				...(isMe ? {} : { permission }),
			});
		}
		for (const { id: group, users } of groups ?? []) {
			const [is, wanted] = [users.includes(id), chosen.includes(group)];
			if (wanted && !is) await connection.call('group.addUser', { id: group, userId: id });
			if (!wanted && is) await connection.call('group.removeUser', { id: group, userId: id });
		}
	};
	return (
		<FormDialog
			action={t(user === undefined ? 'user.create' : 'action.save')}
			onClose={onClose}
			onSubmit={submit}
			ready={email.trim() !== '' && (user !== undefined || password !== '')}
			title={user === undefined ? t('user.new') : t('user.change', { name: user.email })}
		>
			<TextInput
				autoComplete="off"
				data-autofocus
				label={t('user.email')}
				onChange={(event) => setEmail(event.currentTarget.value)}
				required
				value={email}
				withAsterisk={false}
			/>
			<NewPassword
				description={user === undefined ? undefined : t('user.passwordKept')}
				label={t('user.password')}
				onChange={setPassword}
				required={user === undefined}
				value={password}
			/>
			<div className={css.field}>
				<span className={css.label} id="user-permission">
					{t('user.permission')}
				</span>
				<SegmentedControl
					aria-labelledby="user-permission"
					data={[
						{ value: 'none', label: t('user.limited') },
						{ value: 'admin', label: t('user.admin') },
					]}
					disabled={isMe}
					onChange={setPermission}
					value={permission}
				/>
				<small className={css.help}>
					{isMe ? t('user.notOwn') : t(permission === 'admin' ? 'user.adminHelp' : 'user.limitedHelp')}
				</small>
			</div>
			<MultiSelect
				data={(groups ?? []).map(({ id, name }) => ({ value: id, label: name }))}
				label={t('user.groups')}
				nothingFoundMessage={t('form.nothing')}
				onChange={setChosen}
				placeholder={groups?.length === 0 ? t('group.noneYet') : undefined}
				searchable
				openOnFocus={false}
				value={chosen}
			/>
		</FormDialog>
	);
}
