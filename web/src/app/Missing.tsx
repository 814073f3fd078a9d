import { useTranslation } from 'react-i18next';
import { Message } from '../ui/Message';

export function Missing() {
	const { t } = useTranslation();
	return <Message title={t('page.missing')}>{t('page.version')}</Message>;
}

export function Failed({ error }: { error: unknown }) {
	const { t } = useTranslation();
	return (
		<Message title={t('page.failed')} tone="bad">
			{error instanceof Error ? error.message : String(error)}
		</Message>
	);
}
