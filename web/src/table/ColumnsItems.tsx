import { Menu } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Key } from '../i18n';
import { DoneIcon } from '../ui/icons';
import type { Column } from './column';
import { isShown, type Layout } from './layout';

export interface ColumnsItemsProps {
	columns: readonly Column[];
	/** Properties to group by, by what they are called. */
	groups: readonly { property: string; label: Key }[];
	group: string | undefined;
	onGroup: (property: string | undefined) => void;
	layout: Layout;
	onLayout: (change: (layout: Layout) => Layout) => void;
}

/** Which columns a table shows, and what its rows are grouped by. */
export default function ColumnsItems({ columns, layout, onLayout, groups, group, onGroup }: ColumnsItemsProps) {
	const { t } = useTranslation();
	return (
		<>
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
						{t(column.label)}
					</Menu.Item>
				);
			})}
			{groups.length > 0 && <Menu.Divider />}
			{groups.length > 0 && <Menu.Label>{t('table.groupBy')}</Menu.Label>}
			{groups.map(({ property, label }) => (
				<Menu.Item
					aria-checked={group === property}
					key={property}
					leftSection={<DoneIcon size={15} style={{ visibility: group === property ? undefined : 'hidden' }} />}
					onClick={() => onGroup(group === property ? undefined : property)}
					role="menuitemcheckbox"
				>
					{t(label)}
				</Menu.Item>
			))}
			<Menu.Divider />
			<Menu.Item onClick={() => onLayout(() => ({ widths: {}, shown: {} }))}>{t('table.reset')}</Menu.Item>
		</>
	);
}
