import { Button, Checkbox, Modal, PasswordInput, TextInput } from '@mantine/core';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../api/errors';
import type { Server } from '../api/objects';
import css from './ConnectPool.module.css';
import { serverName, useConnectServer } from './servers';

interface ConnectPoolProps {
	/** The connection to change; a new one is added without. */
	server?: Server;
	opened: boolean;
	onClose: () => void;
}

/** The form of a connection to a pool. It closes when the pool answers; why it does not is said in it. */
export function ConnectPool({ server, opened, onClose }: ConnectPoolProps) {
	const { t } = useTranslation();
	const title = server === undefined ? t('pool.connect') : t('server.changeOf', { name: serverName(server) });
	return (
		<Modal onClose={onClose} opened={opened} title={title}>
			<Form onClose={onClose} server={server} />
		</Modal>
	);
}

function Form({ server, onClose }: { server?: Server; onClose: () => void }) {
	const { t } = useTranslation();
	const { save, added } = useConnectServer(server);
	const submit = (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const form = new FormData(event.currentTarget);
		const text = (name: string) => String(form.get(name) ?? '').trim();
		save.mutate(
			{
				host: text('host'),
				username: text('username'),
				password: String(form.get('password') ?? ''),
				label: text('label'),
				allowUnauthorized: form.get('allowUnauthorized') !== null,
			},
			{ onSuccess: onClose },
		);
	};
	return (
		<form className={css.form} onSubmit={submit}>
			<TextInput
				data-autofocus
				defaultValue={server?.host}
				description={t('server.addressHelp')}
				label={t('server.address')}
				name="host"
				required
				withAsterisk={false}
			/>
			<TextInput
				autoComplete="off"
				defaultValue={server?.username ?? 'root'}
				label={t('server.user')}
				name="username"
				required
				withAsterisk={false}
			/>
			<PasswordInput
				autoComplete="off"
				description={server === undefined ? undefined : t('server.passwordKept')}
				label={t('server.password')}
				name="password"
				required={server === undefined}
				visibilityToggleButtonProps={{ 'aria-label': t('signIn.show') }}
				withAsterisk={false}
			/>
			<TextInput
				defaultValue={server?.label ?? undefined}
				description={t('server.labelHelp')}
				label={t('server.label')}
				name="label"
			/>
			<Checkbox
				classNames={{ description: css.below }}
				defaultChecked={server?.allowUnauthorized}
				description={t('server.selfSignedHelp')}
				label={t('server.selfSigned')}
				name="allowUnauthorized"
			/>
			{save.error !== null && (
				<div className={css.error} role="alert">
					<p>{errorText(save.error)}</p>
					{added && <p>{t('server.added')}</p>}
				</div>
			)}
			<div className={css.buttons}>
				<Button onClick={onClose} variant="default">
					{t('action.cancel')}
				</Button>
				<Button loading={save.isPending} type="submit">
					{t(server === undefined ? 'server.connect' : 'server.save')}
				</Button>
			</div>
		</form>
	);
}
