/** Lists, pages and settings in the palette. */
import { useMantineColorScheme } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { LISTS } from '../app/nouns';
import { useOpenPage } from '../app/PageLink';
import { PAGES } from '../app/pages';
import { LANGUAGES, setLanguage } from '../i18n';
import { useUser } from '../live/hooks';
import { LanguageIcon, ThemeIcon } from '../ui/icons';
import type { Item } from './item';

export function usePages(typed: string): Item[] {
	const { t } = useTranslation();
	const navigate = useNavigate();
	const openPage = useOpenPage();
	const user = useUser();
	const { setColorScheme } = useMantineColorScheme();
	const pages: Item[] = [
		...LISTS.map(({ id, title, icon }) => ({
			id: `page-${id}`,
			group: t('palette.pages'),
			label: t(title),
			icon,
			run: () => void navigate({ to: '/$list', params: { list: id }, search: {} }),
		})),
		...PAGES.filter(({ offered, admin }) => offered && (admin !== true || user?.permission === 'admin')).map(
			({ path, title, icon }) => ({
				id: path,
				group: t('palette.pages'),
				label: t(title),
				icon,
				run: () => openPage(path),
			}),
		),
		...(['auto', 'light', 'dark'] as const).map((scheme) => ({
			id: scheme,
			group: t('palette.settings'),
			label: t(`account.${scheme}`),
			icon: ThemeIcon,
			run: () => setColorScheme(scheme),
		})),
		...LANGUAGES.map(([language, label]) => ({
			id: language,
			group: t('palette.settings'),
			label,
			icon: LanguageIcon,
			run: () => void setLanguage(language),
		})),
	];
	const wanted = typed.trim().toLowerCase();
	return pages.filter(({ label }) => label.toLowerCase().includes(wanted));
}
