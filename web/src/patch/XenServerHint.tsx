/** XenServer gives the files of its updates only to whoever names an account: says whether there is one. */
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '../form/FormDialog';
import { useLive, useUser } from '../live/hooks';
import css from './Patches.module.css';

export function XenServerHint({ brand }: { brand: string }) {
	const { t } = useTranslation();
	const user = useUser();
	const [asks, setAsks] = useState(false);
	if (brand === 'XCP-ng' || brand === '' || user === undefined) return null;
	const given = Object(user.preferences?.xsCredentials) as { username?: string };
	return (
		<p className={css.hint}>
			{given.username === undefined ? t('patch.noAccount') : t('patch.account', { name: given.username })}{' '}
			<Button onClick={() => setAsks(true)} size="compact-xs" variant="default">
				{t('patch.giveAccount')}
			</Button>
			{asks && <Account onClose={() => setAsks(false)} username={given.username ?? ''} />}
		</p>
	);
}

function Account({ username, onClose }: { username: string; onClose: () => void }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const user = useUser();
	const [name, setName] = useState(username);
	const [key, setKey] = useState('');
	return (
		<FormDialog
			action={t('server.save')}
			onClose={onClose}
			onSubmit={async () => {
				if (user === undefined) return;
				const preferences = { ...user.preferences, xsCredentials: { username: name, apikey: key } };
				await connection.call('user.set', { id: user.id, preferences });
			}}
			ready={name !== '' && key !== ''}
			title={t('patch.giveAccount')}
		>
			<p>{t('patch.accountWhat')}</p>
			<TextInput
				autoComplete="off"
				label={t('server.user')}
				onChange={(event) => setName(event.currentTarget.value)}
				value={name}
			/>
			<PasswordInput
				autoComplete="off"
				label={t('patch.key')}
				onChange={(event) => setKey(event.currentTarget.value)}
				value={key}
			/>
		</FormDialog>
	);
}
