/** The sections of the interface, and the account. */
import { Link, useLocation } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useUser } from '../live/hooks';
import { type Icon, KeyboardIcon, OverviewIcon, PoolIcon, SearchIcon, TreeIcon, UserIcon } from '../ui/icons';
import { MenuButton } from '../ui/MenuButton';
import { SECTIONS } from './nouns';
import { PageLink } from './PageLink';
import { ADMIN } from './pages';
import css from './Shell.module.css';

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
						<PageLink current={ADMIN.some(({ path }) => path === `/${here}`)} className={css.place} to="/servers">
							<PoolIcon size={21} stroke={1.6} />
							{t('place.admin')}
						</PageLink>
					</li>
				)}
			</ul>
			<div className={css.account}>
				<Tool icon={KeyboardIcon} label={`${t('keys.title')} (?)`} onClick={onHelp} />
				<MenuButton
					className={css.button}
					face={<UserIcon size={21} stroke={1.6} />}
					items={{}}
					label={t('account.title', { name: user?.email ?? '' })}
					load={() => import('./AccountItems')}
					position="right-end"
					width={220}
				/>
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
		<button
			aria-label={label}
			aria-pressed={active}
			className={css.button}
			onClick={onClick}
			title={label}
			type="button"
		>
			<ToolIcon size={20} stroke={1.6} />
		</button>
	);
}
