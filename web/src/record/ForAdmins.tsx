import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useUser } from '../live/hooks';
import { Message } from '../ui/Message';

/** A page that is an administrator's matter; the server refuses what is on it to others in any case. */
export function ForAdmins({ children }: { children: ReactNode }) {
	const { t } = useTranslation();
	const user = useUser();
	if (user !== undefined && user.permission !== 'admin') {
		return <Message title={t('record.notYours')}>{t('record.askAdmin')}</Message>;
	}
	return <>{children}</>;
}
