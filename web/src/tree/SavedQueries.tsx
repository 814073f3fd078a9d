import { useTranslation } from 'react-i18next';
import { listOfType } from '../app/nouns';
import { useSavedFilters } from '../list/saved';
import { SaveIcon } from '../ui/icons';
import { Node } from './Node';
import css from './Tree.module.css';

/** Filters that somebody keeps, each as the list it makes. */
export function SavedQueries() {
	const { t } = useTranslation();
	const { saved } = useSavedFilters();
	const shown = saved.flatMap((query) => {
		const list = listOfType(query.type);
		return list === undefined ? [] : { ...query, list };
	});
	if (shown.length === 0) return <p className={css.empty}>{t('tree.noSaved')}</p>;
	return (
		<ul className={css.tree}>
			{shown.map(({ type, name, filter, list }) => (
				<Node icon={SaveIcon} key={`${type} ${name}`} list={list.id} name={name} search={{ s: filter }} />
			))}
		</ul>
	);
}
