import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import { DownIcon, SortIcon, UpIcon } from '../ui/icons';
import type { Sort } from './column';

interface SortMenuProps {
	columns: readonly { id: string; label: string; largestFirst?: boolean }[];
	sort: Sort;
	onSort: (sort: Sort) => void;
}

/** The order of a list whose columns have no headers, as on narrow screens. */
export function SortMenu({ columns, sort, onSort }: SortMenuProps) {
	return (
		<Menu position="bottom-end">
			<Menu.Target>
				<Tooltip label="Sort">
					<ActionIcon aria-label="Sort" color="gray" size="lg" variant="subtle">
						<SortIcon size={18} />
					</ActionIcon>
				</Tooltip>
			</Menu.Target>
			<Menu.Dropdown>
				{columns.map((column) => {
					const sorted = sort.column === column.id;
					const descending = sorted ? !sort.descending : column.largestFirst === true;
					return (
						<Menu.Item
							aria-checked={sorted}
							key={column.id}
							onClick={() => onSort({ column: column.id, descending })}
							rightSection={sorted ? sort.descending ? <DownIcon size={15} /> : <UpIcon size={15} /> : undefined}
							role="menuitemradio"
						>
							{column.label}
						</Menu.Item>
					);
				})}
			</Menu.Dropdown>
		</Menu>
	);
}
