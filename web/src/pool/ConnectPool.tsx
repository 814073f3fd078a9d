/** The form of a connection to a pool. It closes when the pool answers; why it does not is said in it. */
import { Checkbox, PasswordInput, TextInput } from '@mantine/core';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../api/errors';
import type { Server } from '../api/objects';
import { FormDialog } from '../form/FormDialog';
import { useLive } from '../live/hooks';
import { CertificateQuestion, certificateOf } from './CertificateQuestion';
import css from './ConnectPool.module.css';
import { serverName } from './servers';

interface ConnectPoolProps {
	/** The connection to change; a new one is added without. */
	server?: Server;
	onClose: () => void;
}

export default function ConnectPool({ server, onClose }: ConnectPoolProps) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const [host, setHost] = useState(server?.host ?? '');
	const [username, setUsername] = useState(server?.username ?? 'root');
	const [password, setPassword] = useState('');
	const [label, setLabel] = useState(server?.label ?? '');
	const [proxy, setProxy] = useState(server?.httpProxy ?? '');
	const [readOnly, setReadOnly] = useState(server?.readOnly ?? false);
	const [anyCertificate, setAnyCertificate] = useState(server?.allowUnauthorized ?? false);
	/** Accepted by the button that sends the form, whose values are those before it. */
	const accepted = useRef(false);
	/** What was added once is changed by the next try. */
	const [added, setAdded] = useState<string>();

	const submit = async () => {
		const allowUnauthorized = anyCertificate || accepted.current;
		accepted.current = false;
		const fields = { host: host.trim(), username: username.trim(), allowUnauthorized, readOnly };
		const known = server?.id ?? added;
		if (known !== undefined) {
			await connection.call('server.set', {
				id: known,
				...fields,
				...(password === '' ? {} : { password }),
				label: label.trim() === '' ? null : label.trim(),
				httpProxy: proxy.trim() === '' ? null : proxy.trim(),
			});
			if (server?.enabled !== false) await connection.call('server.enable', { id: known });
			return;
		}
		const id = await connection.call('server.add', {
			...fields,
			...(label.trim() === '' ? {} : { label: label.trim() }),
			...(proxy.trim() === '' ? {} : { httpProxy: proxy.trim() }),
			password,
			autoConnect: false,
		});
		setAdded(id);
		await connection.call('server.enable', { id });
	};
	const accept = () => {
		accepted.current = true;
		setAnyCertificate(true);
	};
	const refused = (error: unknown) => {
		const certificate = certificateOf(error);
		if (certificate !== undefined) return <CertificateQuestion certificate={certificate} onAccept={accept} />;
		return (
			<>
				<p>{errorText(error)}</p>
				{added !== undefined && <p>{t('server.added')}</p>}
			</>
		);
	};

	return (
		<FormDialog
			action={t(server === undefined ? 'server.connect' : 'server.save')}
			onClose={onClose}
			onSubmit={submit}
			refused={refused}
			ready={host.trim() !== '' && username.trim() !== '' && (password !== '' || server !== undefined)}
			title={server === undefined ? t('pool.connect') : t('server.changeOf', { name: serverName(server) })}
		>
			<TextInput
				data-autofocus
				description={t('server.addressHelp')}
				label={t('server.address')}
				onChange={(event) => setHost(event.currentTarget.value)}
				required
				value={host}
				withAsterisk={false}
			/>
			<TextInput
				autoComplete="off"
				label={t('server.user')}
				onChange={(event) => setUsername(event.currentTarget.value)}
				required
				value={username}
				withAsterisk={false}
			/>
			<PasswordInput
				autoComplete="off"
				description={server === undefined ? undefined : t('server.passwordKept')}
				label={t('server.password')}
				onChange={(event) => setPassword(event.currentTarget.value)}
				required={server === undefined}
				value={password}
				visibilityToggleButtonProps={{ 'aria-label': t('signIn.show') }}
				withAsterisk={false}
			/>
			<TextInput
				description={t('server.labelHelp')}
				label={t('server.label')}
				onChange={(event) => setLabel(event.currentTarget.value)}
				value={label}
			/>
			<TextInput
				description={t('server.proxyHelp')}
				label={t('server.proxy')}
				onChange={(event) => setProxy(event.currentTarget.value)}
				placeholder="http://proxy.example.net:3128"
				value={proxy}
			/>
			<Checkbox
				checked={readOnly}
				classNames={{ description: css.below }}
				description={t('server.readOnlyHelp')}
				label={t('server.readOnly')}
				onChange={(event) => setReadOnly(event.currentTarget.checked)}
			/>
			<Checkbox
				checked={anyCertificate}
				classNames={{ description: css.below }}
				description={t('server.selfSignedHelp')}
				label={t('server.selfSigned')}
				onChange={(event) => setAnyCertificate(event.currentTarget.checked)}
			/>
		</FormDialog>
	);
}
