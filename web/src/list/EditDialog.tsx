/** Changes the name and the description of one object, or what many have. */
import { Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Params } from '../api/methods';
import { FormDialog } from '../form/FormDialog';
import { useLive } from '../live/hooks';
import type { Row } from '../live/view';
import { EditMany } from './EditMany';
import { type DialogProps, text } from './noun';
import { size } from './target';

export default function EditDialog(props: DialogProps) {
	const { target } = props;
	const [only] = target.is === 'rows' && size(target) === 1 ? target.rows : [];
	return only === undefined ? <EditMany {...props} /> : <One {...props} row={only} />;
}

function One({ noun, action, row, onClose }: DialogProps & { row: Row }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const [name, setName] = useState(noun.name(row));
	const [description, setDescription] = useState(text(row, 'name_description'));
	const save = () => {
		const changed = { id: row.id, name_label: name.trim(), name_description: description } as unknown;
		return connection.call(action.method, changed as Params<typeof action.method>);
	};
	return (
		<FormDialog
			action={t('action.save')}
			onClose={onClose}
			onSubmit={save}
			ready={name.trim() !== ''}
			title={t('action.doTo', { action: t(noun.one), name: noun.name(row) })}
		>
			<TextInput
				autoComplete="off"
				data-autofocus
				label={t('column.name')}
				onChange={(event) => setName(event.currentTarget.value)}
				value={name}
			/>
			<Textarea
				label={t('edit.description')}
				onChange={(event) => setDescription(event.currentTarget.value)}
				rows={3}
				value={description}
			/>
		</FormDialog>
	);
}
