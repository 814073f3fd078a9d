/** The connections to pools: their state, and adding one. */
import { Button, Switch, Tooltip } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../api/errors';
import type { Server } from '../api/objects';
import type { Key } from '../i18n';
import { useUser } from '../live/hooks';
import { useConfirm } from '../ui/Confirm';
import { AddIcon, EditIcon, RemoveIcon } from '../ui/icons';
import { Message } from '../ui/Message';
import { toasts } from '../ui/toasts';
import { ConnectPool } from './ConnectPool';
import css from './ServersPage.module.css';
import { serverError, serverName, useServerCall, useServers } from './servers';

const route = getRouteApi('/servers');

export function ServersPage() {
	const { t } = useTranslation();
	const user = useUser();
	const servers = useServers();
	const { add } = route.useSearch();
	const navigate = route.useNavigate();
	if (user !== undefined && user.permission !== 'admin') {
		return <Message title={t('server.notYours')}>{t('server.youSee')}</Message>;
	}
	return (
		<main className={css.page}>
			<title>{`${t('server.title')} · Xen Orchestra`}</title>
			<header className={css.header}>
				<h1>{t('server.title')}</h1>
				<Button
					leftSection={<AddIcon size={16} />}
					onClick={() => void navigate({ search: { add: 'pool' } })}
					size="sm"
				>
					{t('pool.connect')}
				</Button>
			</header>
			{servers.error !== null && servers.data === undefined && (
				<Message title={t('server.unreadable')} tone="bad">
					{errorText(servers.error)}
				</Message>
			)}
			{servers.data?.length === 0 && (
				<Message title={t('server.none')}>
					<p>{t('server.give')}</p>
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

function said(server: Server): Key {
	if (!server.enabled) return 'server.off';
	if (server.status === 'connected') return 'server.live';
	if (server.status === 'disconnected') return 'server.disconnected';
	return serverError(server) === undefined ? 'server.connecting' : 'server.again';
}

function ServerRow({ server }: { server: Server }) {
	const { t } = useTranslation();
	const enable = useServerCall('server.enable');
	const disable = useServerCall('server.disable');
	const remove = useServerCall('server.remove');
	const confirm = useConfirm();
	const [changing, setChanging] = useState(false);
	const name = serverName(server);
	const error = serverError(server);
	const busy = enable.isPending || disable.isPending || remove.isPending;

	const tell = (title: string) => (failure: Error) =>
		toasts.show({
			color: 'red',
			title,
			message: errorText(failure),
			autoClose: false,
		});
	const askToRemove = async () => {
		const yes = await confirm({
			title: t('server.askForget', { name }),
			body: <p>{t('server.forgetWhat')}</p>,
			action: t('server.forget'),
			destroys: true,
		});
		if (yes) remove.mutate({ id: server.id }, { onError: tell(t('server.notForgotten', { name })) });
	};

	return (
		<li className={css.server}>
			<span className={css.state} data-state={server.enabled ? server.status : 'off'}>
				<span aria-hidden="true" className={css.dot} />
				{t(said(server))}
			</span>
			<div className={css.what}>
				<h2>{name}</h2>
				<p>
					{server.poolNameLabel && server.poolNameLabel !== name
						? t('server.at', { pool: server.poolNameLabel, host: server.host, user: server.username })
						: t('server.as', { host: server.host, user: server.username })}
				</p>
				{error !== undefined && <p className={css.error}>{error}</p>}
			</div>
			<Tooltip label={t(server.enabled ? 'server.disconnect' : 'server.connect')}>
				<div>
					<Switch
						aria-label={t('server.connectName', { name })}
						checked={server.enabled}
						disabled={busy}
						onChange={() =>
							server.enabled
								? disable.mutate({ id: server.id }, { onError: tell(t('server.notDisconnected', { name })) })
								: enable.mutate({ id: server.id }, { onError: tell(t('server.notConnected', { name })) })
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
					{t('server.change')}
				</Button>
				<Button
					color="gray"
					disabled={busy}
					leftSection={<RemoveIcon size={15} />}
					onClick={() => void askToRemove()}
					size="compact-sm"
					variant="subtle"
				>
					{t('server.forget')}
				</Button>
			</div>
			<ConnectPool onClose={() => setChanging(false)} opened={changing} server={server} />
		</li>
	);
}
