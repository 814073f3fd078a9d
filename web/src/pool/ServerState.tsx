/** How it stands with a connection to a pool: as a sign with words, and as a switch. */
import { Switch } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Server } from '../api/objects';
import type { Key } from '../i18n';
import { useConnectionState, useLive } from '../live/hooks';
import { useConfirm } from '../ui/Confirm';
import { useTell } from '../ui/tell';
import css from './ServerState.module.css';
import { serverError, serverName } from './servers';

export function said(server: Server): Key {
	if (!server.enabled) return 'server.off';
	if (server.status === 'connected') return 'server.live';
	if (server.status === 'disconnected') return 'server.disconnected';
	return serverError(server) === undefined ? 'server.connecting' : 'server.again';
}

export function ServerState({ server }: { server: Server }) {
	const { t } = useTranslation();
	const error = serverError(server);
	return (
		<span className={css.state} data-state={server.enabled ? server.status : 'off'} title={error}>
			<span aria-hidden="true" className={css.dot} />
			{t(said(server))}
			{error !== undefined && <span className={css.error}>{error}</span>}
		</span>
	);
}

/** Whether it is connected now and at each start. */
export function ServerSwitch({ server }: { server: Server }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const isLost = useConnectionState().is === 'lost';
	const tell = useTell();
	const confirm = useConfirm();
	const [busy, setBusy] = useState(false);
	const name = serverName(server);
	const change = async () => {
		if (server.enabled) {
			const yes = await confirm({
				title: t('action.ask', { action: t('server.disconnect'), name }),
				body: <p>{t('server.disconnectWhat')}</p>,
				action: t('server.disconnect'),
				destroys: false,
			});
			if (!yes) return;
		}
		setBusy(true);
		const { id, enabled } = server;
		if (enabled) {
			const words = { action: t('server.disconnect'), doing: t('server.disconnecting', { name }), name };
			await tell({ ...words, done: t('server.disconnectedNow', { name }) }, () =>
				connection.call('server.disable', { id }),
			);
		} else {
			const words = { action: t('server.connect'), doing: t('server.connectingTo', { name }), name };
			await tell({ ...words, done: t('server.connectedNow', { name }) }, () =>
				connection.call('server.enable', { id }),
			);
		}
		setBusy(false);
	};
	return (
		// biome-ignore lint/a11y/noStaticElementInteractions: what is pressed is the switch in it, not the row
		// biome-ignore lint/a11y/useKeyWithClickEvents: see above
		<span onClick={(event) => event.stopPropagation()}>
			<Switch
				aria-label={t('server.connectName', { name })}
				checked={server.enabled}
				disabled={busy || isLost}
				onChange={() => void change()}
				size="xs"
				withThumbIndicator={false}
			/>
		</span>
	);
}
