import { Menu } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Key } from '../i18n';
import { DoneIcon } from '../ui/icons';
import { ColumnLine } from './ColumnLine';
import type { Column } from './column';
import { DENSITIES, setDensity, useDensity } from './density';
import { EMPTY, isShown, type Layout } from './layout';
import { moved, ordered } from './order';

export interface ColumnsItemsProps {
	columns: readonly Column[];
	/** Properties to group by, by what they are called. */
	groups: readonly { property: string; label: Key }[];
	group: string | undefined;
	onGroup: (property: string | undefined) => void;
	layout: Layout;
	onLayout: (change: (layout: Layout) => Layout) => void;
}

/** Which columns a table shows and in which order, how high its rows are, and what its rows are grouped by. */
export default function ColumnsItems({ columns, layout, onLayout, groups, group, onGroup }: ColumnsItemsProps) {
	const { t } = useTranslation();
	const density = useDensity();
	const inOrder = ordered(columns, layout);
	return (
		<>
			{inOrder.map((column, at) => {
				const shown = isShown(column, layout);
				return (
					<ColumnLine
						after={inOrder[at + 1]}
						before={inOrder[at - 1]}
						column={column}
						key={column.id}
						onMove={(by) => onLayout((before) => moved(columns, before, column.id, by))}
						onShow={() => onLayout((before) => ({ ...before, shown: { ...before.shown, [column.id]: !shown } }))}
						shown={shown}
					/>
				);
			})}
			<Menu.Item onClick={() => onLayout(() => EMPTY)}>{t('table.reset')}</Menu.Item>
			{groups.length > 0 && <Menu.Divider />}
			{groups.length > 0 && <Menu.Label>{t('table.groupBy')}</Menu.Label>}
			{groups.map(({ property, label }) => (
				<Menu.CheckboxItem
					checked={group === property}
					checkIcon={<DoneIcon size={15} />}
					key={property}
					onChange={() => onGroup(group === property ? undefined : property)}
				>
					{t(label)}
				</Menu.CheckboxItem>
			))}
			<Menu.Divider />
			<Menu.Label>{t('columns.rows')}</Menu.Label>
			{DENSITIES.map((one) => (
				<Menu.RadioItem
					checked={density === one}
					checkIcon={<DoneIcon size={15} />}
					key={one}
					onChange={() => setDensity(one)}
					value={one}
				>
					{t(`columns.${one}`)}
				</Menu.RadioItem>
			))}
		</>
	);
}
