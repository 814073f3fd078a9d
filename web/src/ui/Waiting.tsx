import { useTranslation } from 'react-i18next';
import css from './button.module.css';

/** Stands in the place of what is on its way; seen where that takes a while. */
export function Waiting() {
	const { t } = useTranslation();
	return (
		<p className={css.waiting} role="status">
			<span className={css.unseen}>{t('connection.waiting')}</span>
		</p>
	);
}
