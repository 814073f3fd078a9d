/** The way to the objects before and after one in the list that somebody came from, by button and by key. */
import { useNavigate, useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { beside } from '../list/came';
import type { NounId } from '../list/noun';
import { LeftIcon, RightIcon } from '../ui/icons';
import { useKeys } from '../ui/keys';
import { ICON_BUTTON } from '../ui/Plain';
import css from './ObjectPage.module.css';

export function Beside({ list, id }: { list: NounId; id: string }) {
	const { t } = useTranslation();
	const navigate = useNavigate();
	const { section } = useParams({ strict: false });
	const { previous, next } = beside(list, id);
	// In the place of this one: back leads to the list.
	const go = (to: string | undefined) => () => {
		if (to === undefined) return;
		if (section === undefined) void navigate({ to: '/$list/$id', params: { list, id: to }, search: {}, replace: true });
		else void navigate({ to: '/$list/$id/$section', params: { list, id: to, section }, search: {}, replace: true });
	};
	useKeys([
		['[', go(previous)],
		[']', go(next)],
	]);
	if (previous === undefined && next === undefined) return null;
	const ways = [
		{ to: previous, label: t('beside.previous'), Icon: LeftIcon },
		{ to: next, label: t('beside.next'), Icon: RightIcon },
	];
	return (
		<span className={css.beside}>
			{ways.map(({ to, label, Icon }) => (
				<button
					aria-label={label}
					className={ICON_BUTTON}
					disabled={to === undefined}
					key={label}
					onClick={go(to)}
					title={label}
					type="button"
				>
					<Icon size={16} />
				</button>
			))}
		</span>
	);
}
