import { Link, useLocation } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { listOf, SECTIONS } from './nouns';
import css from './Sections.module.css';

/** The lists of the section that the page is in. */
export function Sections() {
	const { t } = useTranslation();
	const { pathname } = useLocation();
	const here = pathname.split('/')[1];
	const section = SECTIONS.find(({ lists }) => lists.some((list) => list === here));
	if (section === undefined || section.lists.length < 2) return null;
	return (
		<nav aria-label={t('place.sections')} className={css.sections}>
			{section.lists.map((list) => {
				const place = listOf(list);
				return (
					place !== undefined && (
						<Link
							aria-current={list === here ? 'page' : undefined}
							key={list}
							params={{ list }}
							search={{}}
							to="/$list"
						>
							{t(place.title)}
						</Link>
					)
				);
			})}
		</nav>
	);
}
