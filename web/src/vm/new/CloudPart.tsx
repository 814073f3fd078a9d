/** Cloud-init: a text of one's own or one that the server keeps, with the keys of the person who makes the VM. */
import { Button, Select, Switch, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useLive, useUser } from '../../live/hooks';
import type { RecordKind } from '../../live/records';
import css from './NewVm.module.css';
import { problem, useForm } from './part';

interface Kept {
	id: string;
	name: string;
	template: string;
}

interface SshKey {
	title: string;
	key: string;
}

/** What somebody would write who only wants to sign in. */
function beginning(keys: readonly SshKey[]): string {
	const lines = ['#cloud-config', 'hostname: {name}'];
	if (keys.length > 0) lines.push('ssh_authorized_keys:', ...keys.map(({ key }) => `  - ${key}`));
	return `${lines.join('\n')}\n`;
}

export function CloudPart() {
	const { t } = useTranslation();
	const form = useForm();
	const { draft, change } = form;
	const user = useUser();
	const keys: SshKey[] = Array.isArray(user?.preferences.sshKeys) ? user.preferences.sshKeys : [];
	const used = draft.cloud.trim() !== '';
	return (
		<details className={css.more} open={used || undefined}>
			<summary className={css.summary}>{t('newVm.cloud.title')}</summary>
			<p className={css.note}>{t('newVm.cloud.help')}</p>
			<div className={css.fields}>
				<KeptChoice label={t('newVm.cloud.kept')} method="cloudConfig.getAll" onChoose={(cloud) => change({ cloud })} />
				<div className={css.begin}>
					<Button onClick={() => change({ cloud: beginning(keys) })} variant="default">
						{keys.length > 0 ? t('newVm.cloud.beginWithKeys', { count: keys.length }) : t('newVm.cloud.begin')}
					</Button>
				</div>
				<Textarea
					autosize
					className={`${css.wide} ${css.code}`}
					description={t('newVm.cloud.variables')}
					error={problem(form, t, 'cloud')}
					label={t('newVm.cloud.user')}
					maxRows={18}
					minRows={4}
					onChange={(event) => change({ cloud: event.currentTarget.value })}
					placeholder="#cloud-config"
					spellCheck={false}
					value={draft.cloud}
				/>
				<KeptChoice
					label={t('newVm.cloud.keptNetwork')}
					method="cloudConfig.getAllNetworkConfigs"
					onChoose={(cloudNetwork) => change({ cloudNetwork })}
				/>
				<Textarea
					autosize
					className={`${css.wide} ${css.code}`}
					label={t('newVm.cloud.network')}
					maxRows={12}
					minRows={2}
					onChange={(event) => change({ cloudNetwork: event.currentTarget.value })}
					placeholder="version: 2"
					spellCheck={false}
					value={draft.cloudNetwork}
				/>
				{used && (
					<Switch
						checked={draft.removeDrive}
						className={css.wide}
						disabled={!draft.start}
						label={t('newVm.cloud.remove')}
						onChange={(event) => change({ removeDrive: event.currentTarget.checked })}
					/>
				)}
			</div>
		</details>
	);
}

interface KeptChoiceProps {
	label: string;
	method: 'cloudConfig.getAll' | 'cloudConfig.getAllNetworkConfigs';
	onChoose: (text: string) => void;
}

/** The texts that the server keeps; nothing where it keeps none. */
function KeptChoice({ label, method, onChoose }: KeptChoiceProps) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const { data } = useQuery({
		queryKey: [method],
		queryFn: async () => (await connection.call(method, {})) as unknown as Kept[],
		meta: { records: ['cloudConfig'] satisfies RecordKind[] },
		retry: false,
	});
	if (data === undefined || data.length === 0) return null;
	return (
		<Select
			data={data.map(({ id, name }) => ({ value: id, label: name }))}
			label={label}
			onChange={(id) => onChoose(data.find((one) => one.id === id)?.template ?? '')}
			placeholder={t('form.choose')}
		/>
	);
}
