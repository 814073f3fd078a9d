import { useLocation } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Key } from '../i18n';
import { useUser } from '../live/hooks';
import { useCurrentInSight } from '../ui/useCurrentInSight';
import { listOf, SECTIONS } from './nouns';
import { PageLink } from './PageLink';
import { ADMIN } from './pages';
import css from './Sections.module.css';

/** The lists of the section that the page is in. */
export function Sections(): ReactNode {
	const { t } = useTranslation();
	const { pathname } = useLocation();
	const user = useUser();
	const here = `/${pathname.split('/')[1]}`;
	const places = placesAt(here, user?.permission === 'admin');
	const line = useCurrentInSight<HTMLElement>(here);
	if (places.length < 2) return null;
	return (
		<nav aria-label={t('place.sections')} className={css.sections} ref={line}>
			{places.map(({ path, title }) => (
				<PageLink current={path === here} key={path} to={path}>
					{t(title)}
				</PageLink>
			))}
		</nav>
	);
}

function placesAt(here: string, isAdmin: boolean): readonly { path: `/${string}`; title: Key }[] {
	if (ADMIN.some(({ path }) => path === here)) return isAdmin ? ADMIN : [];
	const lists = SECTIONS.find(({ lists }) => lists.some((list) => `/${list}` === here))?.lists ?? [];
	return lists.flatMap((list) => {
		const place = listOf(list);
		return place === undefined ? [] : { path: `/${list}`, title: place.title };
	});
}
