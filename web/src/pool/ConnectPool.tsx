import { Button, Checkbox, Modal, PasswordInput, TextInput } from '@mantine/core';
import type { FormEvent } from 'react';
import { errorText } from '../api/errors';
import css from './ConnectPool.module.css';
import { useServerCall } from './servers';

/** The form that adds a connection to a pool; what the server refuses is said in it. */
export function ConnectPool({ opened, onClose }: { opened: boolean; onClose: () => void }) {
	const add = useServerCall('server.add');
	const submit = (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const form = new FormData(event.currentTarget);
		const text = (name: string) => String(form.get(name) ?? '').trim();
		const label = text('label');
		add.mutate(
			{
				host: text('host'),
				username: text('username'),
				password: String(form.get('password') ?? ''),
				...(label === '' ? {} : { label }),
				allowUnauthorized: form.get('allowUnauthorized') !== null,
			},
			{ onSuccess: onClose },
		);
	};
	const close = () => {
		add.reset();
		onClose();
	};
	return (
		<Modal onClose={close} opened={opened} title="Connect a pool">
			<form className={css.form} onSubmit={submit}>
				<TextInput
					data-autofocus
					description="Name or IP address of the pool’s master; with a port where it is not 443"
					label="Address"
					name="host"
					required
					withAsterisk={false}
				/>
				<TextInput
					autoComplete="off"
					defaultValue="root"
					label="User name"
					name="username"
					required
					withAsterisk={false}
				/>
				<PasswordInput
					autoComplete="off"
					label="Password"
					name="password"
					required
					visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
					withAsterisk={false}
				/>
				<TextInput description="Shown in place of the pool’s own name" label="Label (optional)" name="label" />
				<Checkbox
					description="Hosts have one until their owner installs another; without this, they are refused"
					label="Accept a self-signed certificate"
					name="allowUnauthorized"
				/>
				{add.error !== null && (
					<p className={css.error} role="alert">
						{errorText(add.error)}
					</p>
				)}
				<div className={css.buttons}>
					<Button onClick={close} variant="default">
						Cancel
					</Button>
					<Button loading={add.isPending} type="submit">
						Connect
					</Button>
				</div>
			</form>
		</Modal>
	);
}
