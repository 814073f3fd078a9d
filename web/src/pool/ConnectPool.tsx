import { Button, Checkbox, Modal, PasswordInput, TextInput } from '@mantine/core';
import type { FormEvent } from 'react';
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
	const title = server === undefined ? 'Connect a pool' : `Change the connection of ${serverName(server)}`;
	return (
		<Modal onClose={onClose} opened={opened} title={title}>
			<Form onClose={onClose} server={server} />
		</Modal>
	);
}

function Form({ server, onClose }: { server?: Server; onClose: () => void }) {
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
				description="Name or IP address of the pool’s master; with a port where it is not 443"
				label="Address"
				name="host"
				required
				withAsterisk={false}
			/>
			<TextInput
				autoComplete="off"
				defaultValue={server?.username ?? 'root'}
				label="User name"
				name="username"
				required
				withAsterisk={false}
			/>
			<PasswordInput
				autoComplete="off"
				description={server === undefined ? undefined : 'Left empty, it stays as it is'}
				label="Password"
				name="password"
				required={server === undefined}
				visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
				withAsterisk={false}
			/>
			<TextInput
				defaultValue={server?.label ?? undefined}
				description="Shown in place of the pool’s own name"
				label="Label (optional)"
				name="label"
			/>
			<Checkbox
				classNames={{ description: css.below }}
				defaultChecked={server?.allowUnauthorized}
				description="Hosts have one until their owner installs another; without this, they are refused"
				label="Accept a self-signed certificate"
				name="allowUnauthorized"
			/>
			{save.error !== null && (
				<div className={css.error} role="alert">
					<p>{errorText(save.error)}</p>
					{added && <p>It is in the list of pools: try again, or cancel to change or forget it there.</p>}
				</div>
			)}
			<div className={css.buttons}>
				<Button onClick={onClose} variant="default">
					Cancel
				</Button>
				<Button loading={save.isPending} type="submit">
					{server === undefined ? 'Connect' : 'Save'}
				</Button>
			</div>
		</form>
	);
}
