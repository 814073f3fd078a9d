import { useTranslation } from 'react-i18next';
import { listOfType } from '../app/nouns';
import { useSavedFilters } from '../list/saved';
import { GroupIcon, SaveIcon } from '../ui/icons';
import { Node } from './Node';
import css from './Tree.module.css';

/** Filters that are kept, for oneself or for all, each as the list it makes. */
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
			{shown.map(({ key, name, filter, list, shared }) => (
				<Node
					icon={shared === undefined ? SaveIcon : GroupIcon}
					key={key}
					list={list.id}
					name={name}
					search={{ s: filter }}
				/>
			))}
		</ul>
	);
}
