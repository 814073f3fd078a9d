/** The sections of the interface, and the account. */
import { useLocation } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useUser } from '../live/hooks';
import { type Icon, KeyboardIcon, RestIcon, SearchIcon, TreeIcon, UserIcon } from '../ui/icons';
import { MenuButton } from '../ui/MenuButton';
import { destinations } from './destinations';
import { PageLink } from './PageLink';
import css from './Shell.module.css';

/** How many sections a narrow screen has room for, as `Shell.module.css` has it; the others are in a menu. */
const ROOM = 4;

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
	const places = destinations(pathname, user?.permission === 'admin');
	const rest = places.slice(ROOM);
	return (
		<nav aria-label={t('place.main')} className={css.rail}>
			<Tool active={tree} icon={TreeIcon} label={t(tree ? 'tree.hide' : 'tree.show')} onClick={onTree} />
			<Tool icon={SearchIcon} label={t('place.search')} onClick={onSearch} />
			<ul className={css.places}>
				{places.map(({ to, label, icon: PlaceIcon, current }) => (
					<li key={to}>
						<PageLink className={css.place} current={current} to={to}>
							<PlaceIcon size={21} stroke={1.6} />
							{t(label)}
						</PageLink>
					</li>
				))}
			</ul>
			<MenuButton
				className={css.rest}
				current={rest.some(({ current }) => current)}
				face={
					<>
						<RestIcon size={21} stroke={1.6} />
						{t('action.more')}
					</>
				}
				items={{ places: rest }}
				label={t('place.rest')}
				load={() => import('./MoreItems')}
				position="right-end"
				width={220}
			/>
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
