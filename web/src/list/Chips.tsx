import { useTranslation } from 'react-i18next';
import { chips, without } from '../filter/terms';
import { CloseIcon } from '../ui/icons';
import css from './Chips.module.css';

/** The terms of a filter, each with what takes it away. One alone is in the box already. */
export function Chips({ text, onChange }: { text: string; onChange: (text: string) => void }) {
	const { t } = useTranslation();
	const terms = chips(text);
	if (terms.length < 2) return null;
	return (
		<ul aria-label={t('list.terms')} className={css.chips}>
			{terms.map((term, at) => (
				<li key={term}>
					<code>{term}</code>
					<button aria-label={t('list.removeTerm', { term })} onClick={() => onChange(without(text, at))} type="button">
						<CloseIcon size={12} />
					</button>
				</li>
			))}
		</ul>
	);
}
