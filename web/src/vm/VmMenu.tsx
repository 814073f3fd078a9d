import { Menu } from '@mantine/core';
import type { CSSProperties } from 'react';
import type { VM } from '../api/objects';
import type { Place } from '../table/DataTable';
import { count } from '../ui/format';
import type { VmAction } from './actions';
import { VmItems } from './VmActions';
import css from './VmMenu.module.css';

export interface MenuAt {
	vms: readonly VM[];
	at: Place;
}

/** Above what was pressed where there is no room below, so that a second press meets no action; always all in sight. */
const WITHIN_SCREEN = { flip: { padding: 8 }, shift: { crossAxis: true, padding: 8 } };

function box({ x, y, width = 0, height = 0 }: Place = { x: 0, y: 0 }): CSSProperties {
	return { left: x, top: y, width, height };
}

/** The menu of one row or of the selection, at a place on the screen. */
export function VmMenu({
	at,
	onClose,
	run,
	blocked,
}: {
	at: MenuAt | undefined;
	onClose: () => void;
	run: (action: VmAction, vms: readonly VM[]) => void;
	blocked: string | undefined;
}) {
	const [only, second] = at?.vms ?? [];
	const title = only !== undefined && second === undefined ? only.name_label : count(at?.vms.length ?? 0, 'VM');
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
					Actions on {title}
				</span>
			</Menu.Target>
			<Menu.Dropdown className={css.menu}>
				<Menu.Label>{title}</Menu.Label>
				{at !== undefined && <VmItems blocked={blocked} run={run} vms={at.vms} />}
			</Menu.Dropdown>
		</Menu>
	);
}
