import { Menu } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import PlacedMenu from '../ui/PlacedMenu';
import type { Place } from '../ui/place';
import { ActionItems } from './ActionButtons';
import type { Action, Noun } from './noun';
import { subject, type Target } from './target';

export interface MenuAt {
	target: Target;
	at: Place;
}

interface RowMenuProps extends MenuAt {
	noun: Noun;
	onClose: () => void;
	run: (action: Action, target: Target) => void;
	blocked: string | undefined;
}

/** The menu of one row or of the selection, at a place on the screen. */
export default function RowMenu({ noun, at, target, onClose, run, blocked }: RowMenuProps) {
	const { t } = useTranslation();
	const title = subject(target, noun, (count) => t(noun.counted, { count }));
	return (
		<PlacedMenu at={at} label={t('table.actionsOn', { name: title })} onClose={onClose}>
			<Menu.Label>{title}</Menu.Label>
			<ActionItems blocked={blocked} noun={noun} run={run} target={target} />
		</PlacedMenu>
	);
}
