import { Menu } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { csvOf, saveFile } from '../list/export';
import type { Row } from '../live/view';
import type { Column } from '../table/column';

interface ExportItemsProps {
	/** What the file is called. */
	name: string;
	rows: readonly Row[];
	columns: readonly Column[];
}

/** The rows of a list as a file. */
export default function ExportItems({ name, rows, columns }: ExportItemsProps) {
	const { t } = useTranslation();
	const csv = () => csvOf(rows, columns, ({ label }) => t(label));
	return (
		<>
			<Menu.Item onClick={() => saveFile(`${name}.csv`, 'text/csv;charset=utf-8', csv())}>{t('list.csv')}</Menu.Item>
			<Menu.Item onClick={() => saveFile(`${name}.json`, 'application/json', JSON.stringify(rows, null, '\t'))}>
				{t('list.json')}
			</Menu.Item>
		</>
	);
}
