import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { DownIcon, SortIcon, UpIcon } from '../ui/icons';
import { type Column, pressed, type Sort } from './column';

interface SortMenuProps {
	columns: readonly Column[];
	sort: readonly Sort[];
	onSort: (sort: Sort[]) => void;
}

/** The order of a list whose columns have no headers, as on narrow screens. */
export function SortMenu({ columns, sort, onSort }: SortMenuProps) {
	const { t } = useTranslation();
	return (
		<Menu position="bottom-end">
			<Menu.Target>
				<Tooltip label={t('table.sort')}>
					<ActionIcon aria-label={t('table.sort')} color="gray" size="lg" variant="subtle">
						<SortIcon size={18} />
					</ActionIcon>
				</Tooltip>
			</Menu.Target>
			<Menu.Dropdown>
				{columns.map((column) => {
					if (column.sort === undefined) return null;
					const sorted = sort.find((one) => one.column === column.id);
					return (
						<Menu.Item
							aria-checked={sorted !== undefined}
							key={column.id}
							onClick={() => onSort(pressed(sort, column, false))}
							rightSection={sorted ? sorted.descending ? <DownIcon size={15} /> : <UpIcon size={15} /> : undefined}
							role="menuitemradio"
						>
							{t(column.label)}
						</Menu.Item>
					);
				})}
			</Menu.Dropdown>
		</Menu>
	);
}
