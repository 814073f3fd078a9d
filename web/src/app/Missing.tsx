import { useTranslation } from 'react-i18next';
import { LINK, Message } from '../ui/Message';
import { PlainButton } from '../ui/Plain';
import { PageLink } from './PageLink';

export function Missing() {
	const { t } = useTranslation();
	return (
		<main>
			<Message level={1} title={t('page.missing')}>
				<p>{t('page.version')}</p>
				<Home />
			</Message>
		</main>
	);
}

export function Failed({ error }: { error: unknown }) {
	const { t } = useTranslation();
	return (
		<main>
			<Message level={1} title={t('page.failed')} tone="bad">
				<p>{error instanceof Error ? error.message : String(error)}</p>
				<PlainButton onClick={() => location.reload()}>{t('connection.tryAgain')}</PlainButton>
				<Home />
			</Message>
		</main>
	);
}

function Home() {
	const { t } = useTranslation();
	return (
		<PageLink className={LINK} to="/dashboard">
			{t('page.home')}
		</PageLink>
	);
}
