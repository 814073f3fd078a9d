/** All that is to know of a connection to a pool, and the question about its certificate where that is in the way. */
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Server } from '../api/objects';
import { Ref, YesNo } from '../list/cells';
import { Fact } from '../list/Drawer';
import css from '../list/Drawer.module.css';
import { useLive } from '../live/hooks';
import type { Row } from '../live/view';
import { Copy } from '../ui/Copy';
import { formatTime } from '../ui/format';
import { useTell } from '../ui/tell';
import { CertificateQuestion } from './CertificateQuestion';
import own from './ServerDetails.module.css';
import { said } from './ServerState';
import { serverError, serverName } from './servers';

export function ServerDetails({ row }: { row: Row }) {
	const { t } = useTranslation();
	const server = row as unknown as Server;
	const error = serverError(server);
	const { certificate } = server.error ?? {};
	return (
		<>
			{error !== undefined && server.enabled && (
				<div className={own.error} role="status">
					{certificate === undefined ? error : <Question server={server} />}
				</div>
			)}
			<dl className={css.facts}>
				<Fact label={t('column.state')}>{t(said(server))}</Fact>
				{typeof server.staleSince === 'number' && (
					<Fact label={t('server.since')}>{formatTime(server.staleSince / 1000)}</Fact>
				)}
				<Fact label={t('server.address')}>{server.host}</Fact>
				<Fact label={t('server.user')}>{server.username}</Fact>
				<Fact label={t('column.pool')}>
					{server.poolId ? (
						<Link params={{ list: 'pools', id: server.poolId }} search={{}} to="/$list/$id">
							{server.poolNameLabel ?? server.poolId}
						</Link>
					) : (
						t('none')
					)}
				</Fact>
				{server.master && (
					<Fact label={t('pool.master')}>
						<Ref id={server.master} sort="place" />
					</Fact>
				)}
				{server.poolMembersAddresses && (
					<Fact label={t('server.members')}>
						<ul>
							{server.poolMembersAddresses.map((address) => (
								<li key={address}>{address}</li>
							))}
						</ul>
					</Fact>
				)}
				<Fact label={t('server.readOnlyShort')}>
					<YesNo value={server.readOnly} />
				</Fact>
				<Fact label={t('server.selfSignedShort')}>
					<YesNo value={server.allowUnauthorized} />
				</Fact>
				<Fact label={t('server.proxy')}>{server.httpProxy || t('none')}</Fact>
				<Fact label={t('drawer.id')}>
					<span className={css.copyable}>
						<code>{server.id}</code> <Copy label={t('drawer.copyId')} text={server.id} />
					</span>
				</Fact>
			</dl>
		</>
	);
}

function Question({ server }: { server: Server }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const tell = useTell();
	const [busy, setBusy] = useState(false);
	const { certificate } = server.error ?? {};
	if (certificate === undefined) return null;
	const name = serverName(server);
	const accept = async () => {
		setBusy(true);
		const words = { action: t('certificate.accept'), doing: t('server.connectingTo', { name }), name };
		await tell({ ...words, done: t('server.connectedNow', { name }) }, async () => {
			await connection.call('server.set', { id: server.id, allowUnauthorized: true });
			await connection.call('server.enable', { id: server.id });
		});
		setBusy(false);
	};
	return <CertificateQuestion busy={busy} certificate={certificate} onAccept={() => void accept()} />;
}
