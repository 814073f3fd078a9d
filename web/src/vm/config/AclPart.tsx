/** Who has a role on the VM. Rules are the administrators' matter; nobody else sees them. */
import { ActionIcon, Button, NativeSelect, Select } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { VM, VmTemplate } from '../../api/objects';
import '../../form/mantine.css';
import { useHeld } from '../../live/Held';
import { useLive, useUser } from '../../live/hooks';
import { AddIcon, RemoveIcon } from '../../ui/icons';
import { useTell } from '../../ui/tell';
import css from './Config.module.css';

interface Rule {
	subject: string;
	object: string;
	action: string;
}

const ROLES = ['viewer', 'operator', 'admin'];

export function AclPart({ vm }: { vm: VM | VmTemplate }) {
	const isAdmin = useUser()?.permission === 'admin';
	return isAdmin ? <Rules vm={vm} /> : null;
}

function useSubjects() {
	const { connection } = useLive();
	const { data } = useQuery({
		queryKey: ['subjects'],
		queryFn: async () => {
			const [users, groups] = await Promise.all([
				connection.call('user.getAll', {}),
				connection.call('group.getAll', {}),
			]);
			const named = [
				...(users as unknown as { id: string; email: string; name?: string }[]).map(({ id, email, name }) => ({
					value: id,
					label: email ?? name ?? id,
				})),
				...(groups as unknown as { id: string; name: string }[]).map(({ id, name }) => ({ value: id, label: name })),
			];
			return named;
		},
		retry: false,
	});
	return data ?? [];
}

function Rules({ vm }: { vm: VM | VmTemplate }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const queries = useQueryClient();
	const tell = useTell();
	const isHeld = useHeld() !== undefined;
	const subjects = useSubjects();
	const [isAdding, setAdding] = useState(false);
	const [subject, setSubject] = useState<string | null>(null);
	const [role, setRole] = useState('viewer');
	const { data } = useQuery({
		queryKey: ['acl.get'],
		queryFn: async () => (await connection.call('acl.get', {})) as unknown as Rule[],
		retry: false,
	});
	const rules = (data ?? []).filter(({ object }) => object === vm.id);
	const title = t('vmConfig.acls');
	const nameOf = (id: string) => subjects.find(({ value }) => value === id)?.label ?? id.slice(0, 8);
	const change = async (method: 'acl.add' | 'acl.remove', rule: Rule) => {
		const name = vm.name_label;
		const words = {
			action: title,
			doing: t('edit.change', { label: title }),
			done: t('form.set', { name, label: title }),
			name,
		};
		await tell(words, () => connection.call(method, { ...rule }));
		await queries.invalidateQueries({ queryKey: ['acl.get'] });
	};
	return (
		<section aria-label={title} className={css.section}>
			<h2>{title}</h2>
			<div className={css.rows}>
				{rules.map((rule) => (
					<div className={css.row} key={`${rule.subject} ${rule.action}`}>
						<span>{nameOf(rule.subject)}</span>
						<span>{rule.action}</span>
						<ActionIcon
							aria-label={t('vmConfig.removeEntry', { name: nameOf(rule.subject) })}
							color="gray"
							disabled={isHeld}
							onClick={() => void change('acl.remove', rule)}
							variant="subtle"
						>
							<RemoveIcon size={16} />
						</ActionIcon>
					</div>
				))}
			</div>
			{isAdding ? (
				<div className={css.adding}>
					<Select data={subjects} label={t('vmConfig.subject')} onChange={setSubject} searchable value={subject} />
					<NativeSelect
						data={ROLES}
						label={t('vmConfig.role')}
						onChange={(event) => setRole(event.currentTarget.value)}
						value={role}
					/>
					<Button
						disabled={subject === null}
						onClick={() => {
							if (subject === null) return;
							setAdding(false);
							setSubject(null);
							void change('acl.add', { subject, object: vm.id, action: role });
						}}
					>
						{t('form.save')}
					</Button>
				</div>
			) : (
				<Button
					disabled={isHeld}
					leftSection={<AddIcon size={14} />}
					onClick={() => setAdding(true)}
					size="compact-sm"
					variant="default"
				>
					{t('vmConfig.addRule')}
				</Button>
			)}
		</section>
	);
}
