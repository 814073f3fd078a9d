import { Menu } from '@mantine/core';
import type { VM } from '../api/objects';
import { count } from '../ui/format';
import type { VmAction } from './actions';
import { VmItems } from './VmActions';
import css from './VmMenu.module.css';

export interface MenuAt {
	vms: readonly VM[];
	x: number;
	y: number;
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
		<Menu onClose={onClose} opened={at !== undefined} position="bottom-start" returnFocus shadow="md" withinPortal>
			<Menu.Target>
				<span className={css.anchor} style={{ left: at?.x ?? 0, top: at?.y ?? 0 }}>
					Actions on {title}
				</span>
			</Menu.Target>
			<Menu.Dropdown>
				<Menu.Label>{title}</Menu.Label>
				{at !== undefined && <VmItems blocked={blocked} run={run} vms={at.vms} />}
			</Menu.Dropdown>
		</Menu>
	);
}
