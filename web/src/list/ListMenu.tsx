/** What can be done with a list as a whole: keep its filter, and have it as a file. */
import { ActionIcon, Button, Menu, Modal, TextInput, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../api/errors';
import { useLive } from '../live/hooks';
import type { Look } from '../live/listing';
import { isShown } from '../table/DataTable';
import type { Layout } from '../table/layout';
import { DownloadIcon, RemoveIcon, SaveIcon } from '../ui/icons';
import css from './ListMenu.module.css';
import type { Noun } from './noun';
import { useSavedFilters } from './saved';

interface ListMenuProps {
	noun: Noun;
	look: Look;
	layout: Layout;
	/** The filter as it is typed. */
	text: string;
}

export function ListMenu({ noun, look, layout, text }: ListMenuProps) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const { saved, save } = useSavedFilters();
	const [naming, setNaming] = useState(false);
	const type = String(noun.type);
	const own = saved.filter((filter) => filter.type === type);
	const tell = (error: unknown) =>
		notifications.show({ color: 'red', title: t('list.notSaved'), message: errorText(error), autoClose: false });
	const write = async (format: 'csv' | 'json') => {
		const { exportCsv, exportJson, saveFile } = await import('./export');
		const wanted = { ...look, columns: noun.columns.filter((column) => isShown(column, layout)) };
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
	const submit = (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const name = String(new FormData(event.currentTarget).get('name') ?? '').trim();
		if (name !== '') save.mutate({ type, name, filter: text }, { onSuccess: () => setNaming(false), onError: tell });
	};
	return (
		<>
			<Menu position="bottom-end" width={240}>
				<Menu.Target>
					<Tooltip label={t('list.menu')}>
						<ActionIcon aria-label={t('list.menu')} color="gray" size="lg" variant="subtle">
							<DownloadIcon size={18} />
						</ActionIcon>
					</Tooltip>
				</Menu.Target>
				<Menu.Dropdown>
					<Menu.Item leftSection={<DownloadIcon size={15} />} onClick={() => void write('csv')}>
						{t('list.csv')}
					</Menu.Item>
					<Menu.Item leftSection={<DownloadIcon size={15} />} onClick={() => void write('json')}>
						{t('list.json')}
					</Menu.Item>
					<Menu.Divider />
					<Menu.Item disabled={text === ''} leftSection={<SaveIcon size={15} />} onClick={() => setNaming(true)}>
						{t('list.save')}
					</Menu.Item>
					{own.map(({ name }) => (
						<Menu.Item
							key={name}
							leftSection={<RemoveIcon size={15} />}
							onClick={() => save.mutate({ type, name, filter: undefined }, { onError: tell })}
						>
							{t('list.forget', { name })}
						</Menu.Item>
					))}
				</Menu.Dropdown>
			</Menu>
			<Modal onClose={() => setNaming(false)} opened={naming} title={t('list.save')}>
				<form className={css.form} onSubmit={submit}>
					<p>
						<code>{text}</code>
					</p>
					<TextInput autoComplete="off" data-autofocus label={t('list.filterName')} name="name" required />
					<div className={css.buttons}>
						<Button onClick={() => setNaming(false)} variant="default">
							{t('action.cancel')}
						</Button>
						<Button loading={save.isPending} type="submit">
							{t('action.save')}
						</Button>
					</div>
				</form>
			</Modal>
		</>
	);
}
