import { Menu } from '@mantine/core';
import type { CSSProperties } from 'react';
import { useTranslation } from 'react-i18next';
import type { Place } from '../table/DataTable';
import { ActionItems } from './ActionButtons';
import type { Action, Noun } from './noun';
import css from './RowMenu.module.css';
import { subject, type Target } from './target';

export interface MenuAt {
	target: Target;
	at: Place;
}

/** Above what was pressed where there is no room below, so that a second press meets no action; always all in sight. */
const WITHIN_SCREEN = { flip: { padding: 8 }, shift: { crossAxis: true, padding: 8 } };

function box({ x, y, width = 0, height = 0 }: Place = { x: 0, y: 0 }): CSSProperties {
	return { left: x, top: y, width, height };
}

interface RowMenuProps {
	noun: Noun;
	at: MenuAt | undefined;
	onClose: () => void;
	run: (action: Action, target: Target) => void;
	blocked: string | undefined;
}

/** The menu of one row or of the selection, at a place on the screen. */
export function RowMenu({ noun, at, onClose, run, blocked }: RowMenuProps) {
	const { t } = useTranslation();
	const title = at === undefined ? '' : subject(at.target, noun, (count) => t(noun.counted, { count }) as string);
	return (
		<Menu
			// Its place may be on the very edge of the screen.
			hideDetached={false}
			middlewares={WITHIN_SCREEN}
			onClose={onClose}
			opened={at !== undefined}
			position="bottom-start"
			returnFocus
			withinPortal
		>
			<Menu.Target>
				<span className={css.anchor} style={box(at?.at)}>
					{t('table.actionsOn', { name: title })}
				</span>
			</Menu.Target>
			<Menu.Dropdown className={css.menu}>
				<Menu.Label>{title}</Menu.Label>
				{at !== undefined && <ActionItems blocked={blocked} noun={noun} run={run} target={at.target} />}
			</Menu.Dropdown>
		</Menu>
	);
}
