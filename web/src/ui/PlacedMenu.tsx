/** A menu at a place on the screen. */
import { Menu, type MenuProps } from '@mantine/core';
import { type CSSProperties, type ReactNode, useEffect, useState } from 'react';
import css from './PlacedMenu.module.css';
import type { Place } from './place';

/** Beside what was pressed, on the side that has room, so that a second press meets no action; always all in sight. */
const WITHIN_SCREEN = { flip: { padding: 8 }, shift: { crossAxis: true, padding: 8 } };

interface PlacedMenuProps {
	/** Names the menu for those who do not see it. */
	label: string;
	at: Place;
	position?: MenuProps['position'];
	width?: number;
	/** Stays open when something in it is pressed. */
	stays?: boolean;
	onClose: () => void;
	children: ReactNode;
}

function box({ x, y, width = 0, height = 0 }: Place): CSSProperties {
	return { left: x, top: y, width, height };
}

export default function PlacedMenu({
	label,
	at,
	position = 'right-start',
	width,
	stays,
	onClose,
	children,
}: PlacedMenuProps) {
	// Opened once it is there, so that it knows what to give the focus back to.
	const [opened, setOpened] = useState(false);
	useEffect(() => setOpened(true), []);
	return (
		<Menu
			closeOnItemClick={stays !== true}
			// Its place may be on the very edge of the screen.
			hideDetached={false}
			middlewares={WITHIN_SCREEN}
			onClose={() => setOpened(false)}
			onExitTransitionEnd={onClose}
			opened={opened}
			position={position}
			returnFocus
			width={width}
			withinPortal
		>
			<Menu.Target>
				<span className={css.anchor} style={box(at)}>
					{label}
				</span>
			</Menu.Target>
			<Menu.Dropdown className={css.menu}>{children}</Menu.Dropdown>
		</Menu>
	);
}
