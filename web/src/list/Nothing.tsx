import { Button, Loader } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useConnectionState, useLive } from '../live/hooks';
import { useServers } from '../pool/servers';
import { Message } from '../ui/Message';
import type { Noun } from './noun';

interface NothingProps {
	noun: Noun;
	/** Whether it is known that there is nothing. */
	known: boolean;
	filtered: boolean;
	/** Why the server does not show the list. */
	error: string | undefined;
	onClear: () => void;
}

/** What stands in the place of rows, and what to do about it. */
export function Nothing({ noun, known, filtered, error, onClear }: NothingProps) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const state = useConnectionState();
	const servers = useServers();
	const user = 'user' in state ? state.user : undefined;
	const title = t(noun.title);
	if (error !== undefined) {
		return (
			<Message title={t('empty.failed')} tone="bad">
				<p>{error}</p>
				<Button onClick={() => connection.reconnect()} variant="default">
					{t('connection.tryAgain')}
				</Button>
			</Message>
		);
	}
	if (!known) {
		return (
			<Message title={t('empty.reading')}>
				<Loader size="sm" />
			</Message>
		);
	}
	if (filtered) {
		return (
			<Message title={t('empty.noMatch')}>
				<Button onClick={onClear} variant="default">
					{t('filter.clear')}
				</Button>
			</Message>
		);
	}
	if (user?.permission !== 'admin') return <Message title={t('empty.notShared')}>{t('empty.askAdmin')}</Message>;
	if (servers.data?.length === 0) {
		return (
			<Message title={t('empty.noPool')}>
				<p>{t('empty.connectMaster')}</p>
				<Button renderRoot={(props) => <Link search={{ add: 'pool' }} to="/servers" {...props} />}>
					{t('pool.connect')}
				</Button>
			</Message>
		);
	}
	if (servers.data?.every((server) => server.status !== 'connected') === true) {
		return (
			<Message title={t('empty.noneAnswers')} tone="bad">
				<p>{t('empty.allDisconnected')}</p>
				<Button component={Link} to="/servers" variant="default">
					{t('pool.seeWhy')}
				</Button>
			</Message>
		);
	}
	return <Message title={t('empty.none', { title })} />;
}
