import { Menu, useMantineColorScheme } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { LANGUAGES, setLanguage } from '../i18n';
import { useLive, useUser } from '../live/hooks';
import { DoneIcon, LanguageIcon, SignOutIcon, ThemeIcon, UserIcon } from '../ui/icons';
import { PageLink } from './PageLink';
import { signOut } from './session';

const SCHEMES = ['auto', 'light', 'dark'] as const;

/** What somebody can set here, and the way out. */
export default function AccountItems() {
	const { t, i18n } = useTranslation();
	const { connection } = useLive();
	const user = useUser();
	const { colorScheme, setColorScheme } = useMantineColorScheme();
	return (
		<>
			<Menu.Label>{user?.email}</Menu.Label>
			<Menu.Item leftSection={<UserIcon size={16} />} renderRoot={(props) => <PageLink to="/user" {...props} />}>
				{t('place.profile')}
			</Menu.Item>
			<Menu.Divider />
			{SCHEMES.map((scheme, at) => (
				<Menu.Item
					aria-checked={colorScheme === scheme}
					closeMenuOnClick={false}
					key={scheme}
					leftSection={at === 0 ? <ThemeIcon size={16} /> : <span style={{ width: 16 }} />}
					onClick={() => setColorScheme(scheme)}
					rightSection={colorScheme === scheme ? <DoneIcon size={15} /> : undefined}
					role="menuitemradio"
				>
					{t(`account.${scheme}`)}
				</Menu.Item>
			))}
			<Menu.Divider />
			{LANGUAGES.map(([language, name], at) => (
				<Menu.Item
					aria-checked={i18n.language === language}
					closeMenuOnClick={false}
					key={language}
					lang={language}
					leftSection={at === 0 ? <LanguageIcon size={16} /> : <span style={{ width: 16 }} />}
					onClick={() => void setLanguage(language)}
					rightSection={i18n.language === language ? <DoneIcon size={15} /> : undefined}
					role="menuitemradio"
				>
					{name}
				</Menu.Item>
			))}
			<Menu.Divider />
			<Menu.Item leftSection={<SignOutIcon size={16} />} onClick={() => void signOut(connection)}>
				{t('account.signOut')}
			</Menu.Item>
		</>
	);
}
