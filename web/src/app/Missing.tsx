import { useTranslation } from 'react-i18next';
import { Message } from '../ui/Message';
import css from './Missing.module.css';
import { PageLink } from './PageLink';

export function Missing() {
	const { t } = useTranslation();
	return (
		<main>
			<Message level={1} title={t('page.missing')}>
				<p>{t('page.version')}</p>
				<PageLink className={css.home} to="/dashboard">
					{t('page.home')}
				</PageLink>
			</Message>
		</main>
	);
}

export function Failed({ error }: { error: unknown }) {
	const { t } = useTranslation();
	return (
		<main>
			<Message level={1} title={t('page.failed')} tone="bad">
				{error instanceof Error ? error.message : String(error)}
			</Message>
		</main>
	);
}
