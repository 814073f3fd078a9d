/** The sections of the interface, and the account. */
import { Menu, Tooltip, useMantineColorScheme } from '@mantine/core';
import { Link, useLocation } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { LANGUAGES, setLanguage } from '../i18n';
import { useLive, useUser } from '../live/hooks';
import {
	DoneIcon,
	type Icon,
	KeyboardIcon,
	LanguageIcon,
	OverviewIcon,
	PoolIcon,
	SearchIcon,
	SignOutIcon,
	ThemeIcon,
	TreeIcon,
	UserIcon,
} from '../ui/icons';
import { SECTIONS } from './nouns';
import { PageLink } from './PageLink';
import css from './Shell.module.css';
import { signOut } from './session';

interface RailProps {
	onHelp: () => void;
	onSearch: () => void;
	onTree: () => void;
	tree: boolean;
}

export function Rail({ onHelp, onSearch, onTree, tree }: RailProps) {
	const { t } = useTranslation();
	const user = useUser();
	const { pathname } = useLocation();
	const here = pathname.split('/')[1];
	return (
		<nav aria-label={t('place.main')} className={css.rail}>
			<Tool active={tree} icon={TreeIcon} label={t(tree ? 'tree.hide' : 'tree.show')} onClick={onTree} />
			<Tool icon={SearchIcon} label={t('place.search')} onClick={onSearch} />
			<ul className={css.places}>
				<li>
					<PageLink className={css.place} to="/dashboard">
						<OverviewIcon size={21} stroke={1.6} />
						{t('overview.title')}
					</PageLink>
				</li>
				{SECTIONS.map(({ label, icon: PlaceIcon, lists }) => {
					const [first = 'vms'] = lists;
					return (
						<li key={label}>
							<Link
								aria-current={lists.some((list) => list === here) ? 'page' : undefined}
								className={css.place}
								params={{ list: first }}
								search={{}}
								to="/$list"
							>
								<PlaceIcon size={21} stroke={1.6} />
								{t(label)}
							</Link>
						</li>
					);
				})}
				{user?.permission === 'admin' && (
					<li>
						<Link aria-current={here === 'servers' ? 'page' : undefined} className={css.place} to="/servers">
							<PoolIcon size={21} stroke={1.6} />
							{t('place.admin')}
						</Link>
					</li>
				)}
			</ul>
			<div className={css.account}>
				<Tool icon={KeyboardIcon} label={`${t('keys.title')} (?)`} onClick={onHelp} />
				<Account />
			</div>
		</nav>
	);
}

interface ToolProps {
	icon: Icon;
	label: string;
	onClick: () => void;
	active?: boolean;
}

function Tool({ icon: ToolIcon, label, onClick, active }: ToolProps) {
	return (
		<Tooltip label={label} position="right">
			<button aria-label={label} aria-pressed={active} className={css.button} onClick={onClick} type="button">
				<ToolIcon size={20} stroke={1.6} />
			</button>
		</Tooltip>
	);
}

const SCHEMES = ['auto', 'light', 'dark'] as const;

function Account() {
	const { t, i18n } = useTranslation();
	const { connection } = useLive();
	const user = useUser();
	const { colorScheme, setColorScheme } = useMantineColorScheme();
	return (
		<Menu position="right-end" width={220}>
			<Menu.Target>
				<button aria-label={t('account.title', { name: user?.email ?? '' })} className={css.button} type="button">
					<UserIcon size={21} stroke={1.6} />
				</button>
			</Menu.Target>
			<Menu.Dropdown>
				<Menu.Label>{user?.email}</Menu.Label>
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
			</Menu.Dropdown>
		</Menu>
	);
}
