/** What signs in without a password: one's own tokens, and for administrators those of all. */
import { Button } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../api/errors';
import { nameColumn, textColumn } from '../list/cells';
import { text } from '../list/noun';
import { useUser } from '../live/hooks';
import { useRecords } from '../live/records';
import { momentColumn } from '../record/cells';
import type { RecordNoun } from '../record/noun';
import { RecordPage } from '../record/RecordPage';
import { AddIcon, RemoveIcon } from '../ui/icons';
import { Message } from '../ui/Message';
import { useUsers } from '../user/people';
import { NewToken } from './NewToken';

const base: Omit<RecordNoun, 'actions'> = {
	id: 'tokens',
	title: 'place.tokens',
	one: 'token.one',
	counted: 'token.counted',
	placeholder: 'token.placeholder',
	sort: '-created',
	name: (row) => text(row, 'description'),
	columns: [
		{ ...nameColumn('description', '', 'edit.description'), grow: 3 },
		textColumn('user', 'user.one', 'user', { card: 'left' }),
		textColumn('client', 'token.client', 'client', { hidden: true }),
		momentColumn('created', 'token.created', 'created', { card: 'middle' }),
		momentColumn('used', 'token.used', 'used'),
		textColumn('from', 'token.from', 'from'),
		momentColumn('expires', 'token.expires', 'expires', { card: 'foot' }),
	],
	facets: [{ property: 'user', label: 'user.one', inline: true }],
};

const revoke = {
	id: 'revoke',
	label: 'token.revoke',
	doing: 'token.revoking',
	done: 'token.revoked',
	icon: RemoveIcon,
	consequence: 'token.revokeWhat',
	destroys: true,
} as const;

const ALL: RecordNoun = {
	...base,
	actions: [{ ...revoke, act: (connection, { id }) => connection.call('token.delete', { tokens: [id] }) }],
};
const OWN: RecordNoun = {
	...base,
	columns: base.columns.filter(({ id }) => id !== 'user'),
	facets: [],
	actions: [{ ...revoke, act: (connection, { id }) => connection.call('token.deleteOwn', { tokens: [id] }) }],
};

export default function TokensPage() {
	const { t } = useTranslation();
	const me = useUser();
	const isAdmin = me?.permission === 'admin';
	const all = useRecords({ method: 'token.getAll', params: {}, of: ['token'] }, isAdmin);
	const own = useRecords({ method: 'user.getAuthenticationTokens', params: {}, of: ['token'] }, !isAdmin);
	const { data, error, refetch } = isAdmin ? all : own;
	const { data: users } = useUsers(isAdmin);
	const [creating, setCreating] = useState(false);
	const rows = useMemo(
		() =>
			data?.map(({ id, description, user_id, client, created_at, expiration, last_uses }) => {
				const uses = Object.entries(last_uses ?? {}).sort(([, a], [, b]) => b.timestamp - a.timestamp);
				const [last] = uses;
				return {
					id,
					description: description || String(t('token.unnamed')),
					user: users?.find((user) => user.id === user_id)?.email ?? (user_id === me?.id ? me.email : user_id),
					client: typeof client?.id === 'string' ? client.id : undefined,
					created: created_at,
					expires: expiration,
					used: last?.[1].timestamp,
					from: last?.[0],
				};
			}),
		[data, users, me, t],
	);
	const create = (
		<Button leftSection={<AddIcon size={16} />} onClick={() => setCreating(true)} size="sm">
			{t('token.new')}
		</Button>
	);
	return (
		<>
			<RecordPage
				empty={
					<Message title={t('token.none')}>
						<p>{t('token.what')}</p>
						{create}
					</Message>
				}
				failed={error === null ? undefined : { text: errorText(error), retry: () => void refetch() }}
				noun={isAdmin ? ALL : OWN}
				rows={rows}
				tools={create}
			/>
			{creating && <NewToken onClose={() => setCreating(false)} />}
		</>
	);
}
