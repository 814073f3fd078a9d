import { useTranslation } from 'react-i18next';
import css from './Tree.module.css';

/** Says that there are more than are shown. */
export function More({ shown, total }: { shown: number; total: number | undefined }) {
	const { t } = useTranslation();
	if (total === undefined || total <= shown) return null;
	return <li className={css.empty}>{t('tree.shown', { shown, all: total })}</li>;
}
