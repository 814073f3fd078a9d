/** SSH keys that new VMs are given by cloud-init, in the preferences, where the original keeps them. */
import { ActionIcon, Button, Textarea, TextInput, Tooltip } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '../form/FormDialog';
import { Setting, Settings } from '../form/Setting';
import { useConnectionState, useLive, useUser } from '../live/hooks';
import { useConfirm } from '../ui/Confirm';
import { RemoveIcon } from '../ui/icons';
import { useTell } from '../ui/tell';
import css from './Profile.module.css';

export interface SshKey {
	title: string;
	key: string;
}

export function readKeys(preferences: Readonly<Record<string, unknown>> | undefined): SshKey[] {
	const { sshKeys } = preferences ?? {};
	if (!Array.isArray(sshKeys)) return [];
	return sshKeys.filter((one): one is SshKey => typeof one?.key === 'string' && typeof one.title === 'string');
}

/** A public key as OpenSSH writes it: its sort, then base64. */
const KEY = /^(ssh-[\w@.-]+|ecdsa-[\w@.-]+|sk-[\w@.-]+)\s+[A-Za-z0-9+/=]+(\s.*)?$/;

export function SshKeys() {
	const { t } = useTranslation();
	const { connection } = useLive();
	const user = useUser();
	const confirm = useConfirm();
	const tell = useTell();
	const isLost = useConnectionState().is === 'lost';
	const [adding, setAdding] = useState(false);
	const keys = readKeys(user?.preferences);
	const id = user?.id ?? '';
	const save = (sshKeys: SshKey[]) => connection.call('user.set', { id, preferences: { sshKeys } });
	const remove = async (key: SshKey) => {
		const action = t('common.remove.label');
		const name = key.title;
		const yes = await confirm({
			title: t('action.ask', { action, name }),
			body: <p>{t('ssh.removeWhat')}</p>,
			action,
			destroys: true,
		});
		if (!yes) return;
		const words = { action, name, doing: t('common.remove.doing', { name }), done: t('common.remove.done', { name }) };
		await tell(words, () => save(keys.filter((other) => other.key !== key.key)));
	};
	return (
		<Settings title={t('ssh.title')}>
			<Setting help={t('ssh.help')} label={t('ssh.keys')}>
				<div className={css.keys}>
					{keys.length > 0 && (
						<ul className={css.keys}>
							{keys.map((key) => (
								<li key={key.key}>
									<span className={css.key}>
										<span>{key.title}</span>
										<code>{key.key}</code>
									</span>
									<Tooltip label={t('ssh.remove', { name: key.title })}>
										<ActionIcon
											aria-label={t('ssh.remove', { name: key.title })}
											color="gray"
											disabled={isLost}
											onClick={() => void remove(key)}
											variant="subtle"
										>
											<RemoveIcon size={16} />
										</ActionIcon>
									</Tooltip>
								</li>
							))}
						</ul>
					)}
					<span>
						<Button disabled={isLost} onClick={() => setAdding(true)} size="compact-sm" variant="default">
							{t('ssh.add')}
						</Button>
					</span>
				</div>
			</Setting>
			{adding && <AddKey keys={keys} onClose={() => setAdding(false)} save={save} />}
		</Settings>
	);
}

interface AddKeyProps {
	keys: readonly SshKey[];
	save: (keys: SshKey[]) => Promise<unknown>;
	onClose: () => void;
}

function AddKey({ keys, save, onClose }: AddKeyProps) {
	const { t } = useTranslation();
	const [title, setTitle] = useState('');
	const [key, setKey] = useState('');
	const text = key.trim();
	const isKey = KEY.test(text);
	const isKnown = keys.some((other) => other.key === text);
	const said = text.split(/\s+/).slice(2).join(' ');
	const name = title.trim() || said;
	return (
		<FormDialog
			action={t('ssh.add')}
			onClose={onClose}
			onSubmit={() => save([...keys, { title: name, key: text }])}
			ready={isKey && !isKnown && name !== ''}
			title={t('ssh.add')}
		>
			<Textarea
				autosize
				data-autofocus
				description={t('ssh.keyHelp')}
				error={text !== '' && (isKnown ? t('ssh.known') : !isKey && t('ssh.noKey'))}
				label={t('ssh.key')}
				maxRows={8}
				minRows={3}
				onChange={(event) => setKey(event.currentTarget.value)}
				required
				value={key}
				withAsterisk={false}
			/>
			<TextInput
				label={t('column.name')}
				onChange={(event) => setTitle(event.currentTarget.value)}
				placeholder={said}
				value={title}
			/>
		</FormDialog>
	);
}
