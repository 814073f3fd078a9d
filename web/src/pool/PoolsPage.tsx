/** The connections to pools: their state, and adding one. */
import { Button, Switch, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { errorText } from '../api/errors';
import type { Server } from '../api/objects';
import { useUser } from '../live/hooks';
import { useConfirm } from '../ui/Confirm';
import { AddIcon, EditIcon, RemoveIcon } from '../ui/icons';
import { Message } from '../ui/Message';
import { ConnectPool } from './ConnectPool';
import css from './PoolsPage.module.css';
import { serverError, serverName, useServerCall, useServers } from './servers';

const route = getRouteApi('/pools');

export function PoolsPage() {
	const user = useUser();
	const servers = useServers();
	const { add } = route.useSearch();
	const navigate = route.useNavigate();
	if (user !== undefined && user.permission !== 'admin') {
		return <Message title="Pools are an administrator’s matter">You see the VMs that are shared with you.</Message>;
	}
	return (
		<main className={css.page}>
			<title>Pools · Xen Orchestra</title>
			<header className={css.header}>
				<h1>Pools</h1>
				<Button
					leftSection={<AddIcon size={16} />}
					onClick={() => void navigate({ search: { add: 'pool' } })}
					size="sm"
				>
					Connect a pool
				</Button>
			</header>
			{servers.error !== null && servers.data === undefined && (
				<Message title="The list of pools could not be read" tone="bad">
					{errorText(servers.error)}
				</Message>
			)}
			{servers.data?.length === 0 && (
				<Message title="No pool is connected yet">
					<p>Give the address of a pool’s master and an account on it, most often root.</p>
				</Message>
			)}
			<ul className={css.servers}>
				{servers.data?.map((server) => (
					<ServerRow key={server.id} server={server} />
				))}
			</ul>
			<ConnectPool
				onClose={() => void navigate({ search: {}, replace: true })}
				opened={add !== undefined && user !== undefined}
			/>
		</main>
	);
}

function said(server: Server): string {
	if (!server.enabled) return 'Switched off';
	if (server.status === 'connected') return 'Live';
	if (server.status === 'disconnected') return 'Disconnected';
	return serverError(server) === undefined ? 'Connecting' : 'Trying again';
}

function ServerRow({ server }: { server: Server }) {
	const enable = useServerCall('server.enable');
	const disable = useServerCall('server.disable');
	const remove = useServerCall('server.remove');
	const confirm = useConfirm();
	const [changing, setChanging] = useState(false);
	const name = serverName(server);
	const error = serverError(server);
	const busy = enable.isPending || disable.isPending || remove.isPending;

	const tell = (what: string) => (failure: Error) =>
		notifications.show({
			color: 'red',
			title: `${name} could not be ${what}`,
			message: errorText(failure),
			autoClose: false,
		});
	const askToRemove = async () => {
		const yes = await confirm({
			title: `Forget ${name}?`,
			body: <p>Its address and account are deleted here. The pool itself and its VMs are left as they are.</p>,
			action: 'Forget',
			destroys: true,
		});
		if (yes) remove.mutate({ id: server.id }, { onError: tell('forgotten') });
	};

	return (
		<li className={css.server}>
			<span className={css.state} data-state={server.enabled ? server.status : 'off'}>
				<span aria-hidden="true" className={css.dot} />
				{said(server)}
			</span>
			<div className={css.what}>
				<h2>{name}</h2>
				<p>
					{server.poolNameLabel && server.poolNameLabel !== name && `${server.poolNameLabel} at `}
					{server.host} as {server.username}
				</p>
				{error !== undefined && <p className={css.error}>{error}</p>}
			</div>
			<Tooltip label={server.enabled ? 'Disconnect' : 'Connect'}>
				<div>
					<Switch
						aria-label={`Connect ${name}`}
						checked={server.enabled}
						disabled={busy}
						onChange={() =>
							server.enabled
								? disable.mutate({ id: server.id }, { onError: tell('disconnected') })
								: enable.mutate({ id: server.id }, { onError: tell('connected') })
						}
						withThumbIndicator={false}
					/>
				</div>
			</Tooltip>
			<div className={css.buttons}>
				<Button
					color="gray"
					disabled={busy}
					leftSection={<EditIcon size={15} />}
					onClick={() => setChanging(true)}
					size="compact-sm"
					variant="subtle"
				>
					Change
				</Button>
				<Button
					color="gray"
					disabled={busy}
					leftSection={<RemoveIcon size={15} />}
					onClick={() => void askToRemove()}
					size="compact-sm"
					variant="subtle"
				>
					Forget
				</Button>
			</div>
			<ConnectPool onClose={() => setChanging(false)} opened={changing} server={server} />
		</li>
	);
}
