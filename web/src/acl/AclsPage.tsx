/** Rules: who has which role on which object. */
import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../api/errors';
import { listOfType } from '../app/nouns';
import { FormDialog } from '../form/FormDialog';
import { nameColumn, textColumn } from '../list/cells';
import { Fact } from '../list/Drawer';
import css from '../list/Drawer.module.css';
import { nameLabel, text } from '../list/noun';
import { useLive, useUser } from '../live/hooks';
import { useRecords } from '../live/records';
import type { Row } from '../live/view';
import { ForAdmins } from '../record/ForAdmins';
import type { RecordDialogProps, RecordNoun } from '../record/noun';
import { RecordPage } from '../record/RecordPage';
import { each } from '../record/run';
import { AddIcon, EditIcon, RemoveIcon } from '../ui/icons';
import { Message } from '../ui/Message';
import { useSubjects } from '../user/people';
import { AclDialog } from './AclDialog';
import { typeName, useObjectRows } from './objects';
import { RuleRoleChoice } from './RuleRoleChoice';
import { useRuleRoles } from './roles';

const ruleOf = (row: Row) => ({
	subject: text(row, 'subject'),
	object: text(row, 'object'),
	action: text(row, 'action'),
});

function ChangeRole({ rows, onClose }: RecordDialogProps) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const [first] = rows;
	const [role, setRole] = useState(first === undefined ? 'viewer' : text(first, 'action'));
	const submit = async () => {
		const others = rows.map(ruleOf).filter(({ action }) => action !== role);
		const [failure] = await each(others, async (rule) => {
			await connection.call('acl.add', { ...rule, action: role });
			await connection.call('acl.remove', rule);
		});
		if (failure !== undefined) throw new Error(errorText(failure[1]));
	};
	return (
		<FormDialog
			action={t('action.save')}
			onClose={onClose}
			onSubmit={submit}
			title={t('acl.changeRole', { count: rows.length })}
		>
			<RuleRoleChoice onChange={setRole} value={role} />
		</FormDialog>
	);
}

function Details({ row }: { row: Row }) {
	const { t } = useTranslation();
	const role = useRuleRoles().find(({ id }) => id === row.action);
	const place = listOfType(text(row, 'type'));
	return (
		<dl className={css.facts}>
			<Fact label={t('acl.subject')}>{text(row, 'who')}</Fact>
			<Fact label={t('column.type')}>{text(row, 'sort')}</Fact>
			<Fact label={t('acl.object')}>
				{place === undefined ? (
					text(row, 'what')
				) : (
					<Link params={{ list: place.id, id: text(row, 'object') }} search={{}} to="/$list/$id">
						{text(row, 'what')}
					</Link>
				)}
			</Fact>
			<Fact label={t('acl.kind')}>{text(row, 'kind')}</Fact>
			<Fact label={t('acl.role')}>{role?.name ?? text(row, 'action')}</Fact>
			<Fact label={t('acl.permits')}>{role?.permits}</Fact>
		</dl>
	);
}

const RULES: RecordNoun = {
	id: 'acls',
	title: 'place.acls',
	one: 'acl.one',
	counted: 'acl.counted',
	placeholder: 'acl.placeholder',
	sort: 'name,object',
	name: (row) => text(row, 'label'),
	columns: [
		{ ...nameColumn('who', '', 'acl.subject'), grow: 2 },
		textColumn('sort', 'column.type', 'sort', { min: 90, grow: 0.5 }),
		textColumn('object', 'acl.object', 'what', { grow: 2, card: 'left' }),
		textColumn('kind', 'acl.kind', 'kind', { card: 'middle' }),
		textColumn('role', 'acl.role', 'role', { card: 'foot' }),
	],
	facets: [
		{ property: 'role', label: 'acl.role', inline: true },
		{ property: 'who', label: 'acl.subject' },
		{ property: 'kind', label: 'acl.kind' },
	],
	actions: [
		{ id: 'role', label: 'acl.changeRoleShort', icon: EditIcon, Dialog: ChangeRole },
		{
			id: 'remove',
			label: 'acl.remove',
			doing: 'acl.removing',
			done: 'acl.removed',
			icon: RemoveIcon,
			consequence: 'acl.removeWhat',
			destroys: true,
			act: (connection, row) => connection.call('acl.remove', ruleOf(row)),
		},
	],
	Details,
};

export default function AclsPage() {
	const { t } = useTranslation();
	const isAdmin = useUser()?.permission === 'admin';
	const { data, error, refetch } = useRecords({ method: 'acl.get', params: {}, of: ['acl'] }, isAdmin);
	const { subjects, known } = useSubjects(isAdmin);
	const objects = useObjectRows(useMemo(() => data?.map(({ object }) => object) ?? [], [data]));
	const roles = useRuleRoles();
	const [creating, setCreating] = useState(false);
	const rows = useMemo(() => {
		if (!known) return undefined;
		return data?.map(({ id, subject, object, action }) => {
			const who = subjects.get(subject);
			const found = objects.get(object);
			const type = found === undefined ? '' : text(found, 'type');
			const what = found === undefined ? object : nameLabel(found);
			const role = roles.find((one) => one.id === action)?.name ?? action;
			const name = who?.name ?? String(t('acl.goneSubject'));
			return {
				id,
				subject,
				object,
				action,
				type,
				who: name,
				sort: who === undefined ? '' : String(t(who.is === 'user' ? 'user.one' : 'group.one')),
				what,
				kind: found === undefined ? String(t('acl.goneObject')) : typeName(type, (key) => t(key)),
				role,
				label: `${name} – ${what} – ${role}`,
			};
		});
	}, [data, known, subjects, objects, roles, t]);
	const create = (
		<Button leftSection={<AddIcon size={16} />} onClick={() => setCreating(true)} size="sm">
			{t('acl.newShort')}
		</Button>
	);
	return (
		<ForAdmins>
			<RecordPage
				empty={
					<Message title={t('acl.none')}>
						<p>{t('acl.what')}</p>
						{create}
					</Message>
				}
				failed={error === null ? undefined : { text: errorText(error), retry: () => void refetch() }}
				noun={RULES}
				rows={rows}
				tools={create}
			/>
			{creating && <AclDialog onClose={() => setCreating(false)} />}
		</ForAdmins>
	);
}
