/** Why there is nothing at all, and what to do about it: no pool is connected, none answers, or none is shared. */
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { PageLink } from '../app/PageLink';
import { useUser } from '../live/hooks';
import { useServers } from '../pool/servers';
import { Message } from '../ui/Message';

export function useNoPool(): ReactNode | undefined {
	const { t } = useTranslation();
	const servers = useServers();
	const user = useUser();
	if (user?.permission !== 'admin') return <Message title={t('empty.notShared')}>{t('empty.askAdmin')}</Message>;
	if (servers.data === undefined) return undefined;
	if (servers.data.length === 0) {
		return (
			<Message title={t('empty.noPool')}>
				<p>{t('empty.connectMaster')}</p>
				<Button renderRoot={(props) => <PageLink search={{ add: 'pool' }} to="/servers" {...props} />}>
					{t('pool.connect')}
				</Button>
			</Message>
		);
	}
	if (servers.data.some(({ status }) => status === 'connected')) return undefined;
	return (
		<Message title={t('empty.noneAnswers')} tone="bad">
			<p>{t('empty.allDisconnected')}</p>
			<Button renderRoot={(props) => <PageLink to="/servers" {...props} />} variant="default">
				{t('pool.seeWhy')}
			</Button>
		</Message>
	);
}
