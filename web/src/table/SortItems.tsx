import { Menu } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { DownIcon, UpIcon } from '../ui/icons';
import { type Column, pressed, type Sort } from './column';

export interface SortItemsProps {
	columns: readonly Column[];
	sort: readonly Sort[];
	onSort: (sort: Sort[]) => void;
}

/** The order of a list whose columns have no headers, as on narrow screens. */
export default function SortItems({ columns, sort, onSort }: SortItemsProps) {
	const { t } = useTranslation();
	return columns.map((column) => {
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
	});
}
