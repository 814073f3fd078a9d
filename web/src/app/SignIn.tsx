import { Button, Checkbox, PasswordInput, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../api/errors';
import { useLive } from '../live/hooks';
import { base } from './base';
import css from './SignIn.module.css';
import { signIn } from './session';

/** The sign-in page; `ended` says that somebody was signed in until now. */
export function SignIn({ ended }: { ended: boolean }) {
	const { connection } = useLive();
	const { t } = useTranslation();
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<string>();

	const submit = async (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const form = new FormData(event.currentTarget);
		setBusy(true);
		setError(undefined);
		try {
			const result = await signIn(
				String(form.get('username') ?? ''),
				String(form.get('password') ?? ''),
				form.get('remember-me') !== null,
			);
			if ('refused' in result) setError(result.refused);
			else if (isHere(result.goTo)) connection.reconnect();
			else if (/^\/(?!\/)/.test(result.goTo)) location.assign(result.goTo);
		} catch (failure) {
			setError(failure instanceof TypeError ? t('signIn.unreachable') : errorText(failure));
		} finally {
			setBusy(false);
		}
	};

	return (
		<main className={css.page}>
			<form className={css.form} onSubmit={submit}>
				<header className={css.header}>
					<svg aria-hidden="true" viewBox="0 0 32 32">
						<rect fill="#4650c8" height="32" rx="8" width="32" />
						<path
							d="M8 21.5v-11M13.3 25V14M18.7 18V7M24 21.5v-11"
							fill="none"
							stroke="#fff"
							strokeLinecap="round"
							strokeWidth="2.6"
						/>
					</svg>
					<h1>{t('signIn.title')}</h1>
					<p>{t(ended ? 'signIn.ended' : 'signIn.to', { host: location.host })}</p>
				</header>
				<TextInput
					autoComplete="username"
					autoFocus
					label={t('signIn.name')}
					name="username"
					required
					withAsterisk={false}
				/>
				<PasswordInput
					autoComplete="current-password"
					label={t('signIn.password')}
					name="password"
					required
					visibilityToggleButtonProps={{ 'aria-label': t('signIn.show') }}
					withAsterisk={false}
				/>
				<Checkbox label={t('signIn.remember')} name="remember-me" />
				{error !== undefined && (
					<p className={css.error} role="alert">
						{sentence(error)}
					</p>
				)}
				<Button fullWidth loading={busy} type="submit">
					{t('signIn.title')}
				</Button>
			</form>
		</main>
	);
}

/** Whether a path is that of these pages, and not of others that the same server has. */
function isHere(path: string): boolean {
	return [new URL(base()).pathname, '/', '/signin'].includes(path);
}

function sentence(text: string): string {
	return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}
