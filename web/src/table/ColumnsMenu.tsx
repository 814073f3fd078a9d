import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import { ColumnsIcon, DoneIcon } from '../ui/icons';
import { isShown } from './DataTable';
import type { Layout } from './layout';

interface ColumnsMenuProps {
	columns: readonly { id: string; label: string; hidden?: boolean; always?: boolean }[];
	layout: Layout;
	onLayout: (change: (layout: Layout) => Layout) => void;
}

/** Which columns a table shows. */
export function ColumnsMenu({ columns, layout, onLayout }: ColumnsMenuProps) {
	return (
		<Menu closeOnItemClick={false} position="bottom-end">
			<Menu.Target>
				<Tooltip label="Columns">
					<ActionIcon aria-label="Columns" color="gray" size="lg" variant="subtle">
						<ColumnsIcon size={18} />
					</ActionIcon>
				</Tooltip>
			</Menu.Target>
			<Menu.Dropdown>
				{columns.map((column) => {
					const shown = isShown(column, layout);
					return (
						<Menu.Item
							aria-checked={shown}
							disabled={column.always}
							key={column.id}
							leftSection={<DoneIcon size={15} style={{ visibility: shown ? undefined : 'hidden' }} />}
							onClick={() => onLayout((before) => ({ ...before, shown: { ...before.shown, [column.id]: !shown } }))}
							role="menuitemcheckbox"
						>
							{column.label}
						</Menu.Item>
					);
				})}
				<Menu.Divider />
				<Menu.Item onClick={() => onLayout(() => ({ widths: {}, shown: {} }))}>Reset widths and columns</Menu.Item>
			</Menu.Dropdown>
		</Menu>
	);
}
