import { Menu } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { errorText } from '../api/errors';
import { useLive } from '../live/hooks';
import { isShown } from '../table/layout';
import { ordered } from '../table/order';
import { DownloadIcon, RemoveIcon, SaveIcon } from '../ui/icons';
import { toasts } from '../ui/toasts';
import type { ListMenuProps } from './ListMenu';
import { useSavedFilters } from './saved';

export default function ListMenuItems({ noun, look, layout, text, onSave }: ListMenuProps & { onSave: () => void }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const { saved, forget } = useSavedFilters();
	const type = String(noun.type);
	const own = saved.filter((filter) => filter.type === type && filter.editable);
	const tell = (error: unknown) =>
		toasts.show({ color: 'red', title: t('list.notSaved'), message: errorText(error), autoClose: false });
	const write = async (format: 'csv' | 'json') => {
		const { exportCsv, exportJson, saveFile } = await import('./export');
		const wanted = { ...look, columns: ordered(noun.columns, layout).filter((column) => isShown(column, layout)) };
		try {
			const file =
				format === 'csv'
					? await exportCsv(connection, wanted, (column) => t(column.label))
					: await exportJson(connection, wanted);
			saveFile(`${noun.id}.${format}`, format === 'csv' ? 'text/csv;charset=utf-8' : 'application/json', file);
		} catch (error) {
			tell(error);
		}
	};
	return (
		<>
			<Menu.Item leftSection={<DownloadIcon size={15} />} onClick={() => void write('csv')}>
				{t('list.csv')}
			</Menu.Item>
			<Menu.Item leftSection={<DownloadIcon size={15} />} onClick={() => void write('json')}>
				{t('list.json')}
			</Menu.Item>
			<Menu.Divider />
			<Menu.Item disabled={text === ''} leftSection={<SaveIcon size={15} />} onClick={onSave}>
				{t('list.save')}
			</Menu.Item>
			{own.map((filter) => (
				<Menu.Item
					key={filter.key}
					leftSection={<RemoveIcon size={15} />}
					onClick={() => forget.mutate(filter, { onError: tell })}
				>
					{t(filter.shared === undefined ? 'list.forget' : 'list.forgetForAll', { name: filter.name })}
				</Menu.Item>
			))}
		</>
	);
}
