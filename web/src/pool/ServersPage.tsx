/** The connections to pools: how it stands with each, adding one, changing one. */
import { Button } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../api/errors';
import type { Server } from '../api/objects';
import { useChangeSearch, usePageSearch } from '../app/PageLink';
import { nameColumn, textColumn, yesNoColumn } from '../list/cells';
import { text } from '../list/noun';
import { useUser } from '../live/hooks';
import type { Row } from '../live/view';
import type { RecordDialogProps, RecordNoun } from '../record/noun';
import { RecordPage } from '../record/RecordPage';
import { AddIcon, DisconnectedIcon, EditIcon, RemoveIcon, VifIcon } from '../ui/icons';
import { Message } from '../ui/Message';
import ConnectPool from './ConnectPool';
import { ServerDetails } from './ServerDetails';
import { ServerState, ServerSwitch, said } from './ServerState';
import { serverError, serverName, useServers } from './servers';

const serverOf = (row: Row) => row as unknown as Server;

function Change({ rows, onClose }: RecordDialogProps) {
	const [row] = rows;
	return row && <ConnectPool onClose={onClose} server={serverOf(row)} />;
}

const SERVERS: RecordNoun = {
	id: 'servers',
	title: 'place.servers',
	one: 'server.one',
	counted: 'server.counted',
	placeholder: 'server.placeholder',
	sort: 'name',
	name: (row) => text(row, 'name'),
	columns: [
		{ ...nameColumn('name', '', 'server.name'), grow: 2 },
		{
			id: 'state',
			label: 'column.state',
			card: 'left',
			min: 180,
			grow: 3,
			sort: 'state',
			needs: [],
			cell: (row) => <ServerState server={serverOf(row)} />,
			text: (row) => text(row, 'state'),
		},
		textColumn('host', 'server.address', 'host', { card: 'foot', min: 150 }),
		textColumn('user', 'server.user', 'username', { min: 90 }),
		textColumn('pool', 'column.pool', 'poolNameLabel'),
		yesNoColumn('readOnly', 'server.readOnlyShort', 'readOnly'),
		yesNoColumn('unauthorized', 'server.selfSignedShort', 'allowUnauthorized', { min: 150 }),
		{
			id: 'enabled',
			label: 'server.enabled',
			card: 'number',
			min: 96,
			grow: 0,
			sort: 'enabled',
			needs: ['enabled'],
			cell: (row) => <ServerSwitch server={serverOf(row)} />,
		},
		textColumn('proxy', 'server.proxy', 'httpProxy', { hidden: true }),
		textColumn('error', 'server.error', 'reason', { hidden: true, min: 200 }),
	],
	facets: [{ property: 'status', label: 'column.state', inline: true }],
	actions: [
		{ id: 'edit', label: 'server.change', icon: EditIcon, single: true, Dialog: Change },
		{
			id: 'connect',
			label: 'server.connect',
			doing: 'server.connectingTo',
			done: 'server.connectedNow',
			icon: VifIcon,
			refused: (row) => (serverOf(row).status === 'connected' ? 'why.connected' : undefined),
			act: (connection, { id }) => connection.call('server.enable', { id }),
		},
		{
			id: 'disconnect',
			label: 'server.disconnect',
			doing: 'server.disconnecting',
			done: 'server.disconnectedNow',
			icon: DisconnectedIcon,
			consequence: 'server.disconnectWhat',
			refused: (row) => (serverOf(row).enabled ? undefined : 'why.disconnected'),
			act: (connection, { id }) => connection.call('server.disable', { id }),
		},
		{
			id: 'forget',
			label: 'server.forget',
			doing: 'server.forgetting',
			done: 'server.forgotten',
			icon: RemoveIcon,
			consequence: 'server.forgetWhat',
			destroys: true,
			act: (connection, { id }) => connection.call('server.remove', { id }),
		},
	],
	Details: ServerDetails,
};

export default function ServersPage() {
	const { t } = useTranslation();
	const user = useUser();
	const { data, error, refetch } = useServers();
	const { add } = usePageSearch();
	const change = useChangeSearch();
	const rows = useMemo(
		() =>
			data?.map((server) => ({
				...server,
				name: serverName(server),
				state: String(t(said(server))),
				reason: serverError(server),
			})),
		[data, t],
	);
	if (user !== undefined && user.permission !== 'admin') {
		return <Message title={t('server.notYours')}>{t('server.youSee')}</Message>;
	}
	const begin = () => change({ add: 'pool' }, true);
	const connect = (
		<Button leftSection={<AddIcon size={16} />} onClick={begin} size="sm">
			{t('pool.connect')}
		</Button>
	);
	return (
		<>
			<RecordPage
				empty={
					<Message title={t('server.none')}>
						<p>{t('server.give')}</p>
						<Button onClick={begin}>{t('pool.connect')}</Button>
					</Message>
				}
				failed={error === null ? undefined : { text: errorText(error), retry: () => void refetch() }}
				noun={SERVERS}
				rows={rows}
				tools={connect}
			/>
			{add !== undefined && user !== undefined && <ConnectPool onClose={() => change({ add: undefined })} />}
		</>
	);
}
