/** Puts users into groups, and takes them out of others. */
import { MultiSelect } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '../form/FormDialog';
import { text } from '../list/noun';
import { useLive } from '../live/hooks';
import type { RecordDialogProps } from '../record/noun';
import { useGroups } from './people';

export function AddToGroup({ rows, onClose }: RecordDialogProps) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const { data: groups } = useGroups();
	const [into, setInto] = useState<string[]>([]);
	const [from, setFrom] = useState<string[]>([]);
	const [first] = rows;
	const name = rows.length === 1 && first ? text(first, 'email') : String(t('user.counted', { count: rows.length }));
	const data = (groups ?? []).map(({ id, name }) => ({ value: id, label: name }));
	const submit = async () => {
		for (const { id: userId } of rows) {
			for (const id of into) await connection.call('group.addUser', { id, userId });
			for (const id of from) await connection.call('group.removeUser', { id, userId });
		}
	};
	return (
		<FormDialog
			action={t('action.save')}
			onClose={onClose}
			onSubmit={submit}
			ready={into.length + from.length > 0}
			title={t('user.groupsOf', { name })}
		>
			<MultiSelect
				data={data.filter(({ value }) => !from.includes(value))}
				data-autofocus
				label={t('user.into')}
				nothingFoundMessage={t('form.nothing')}
				onChange={setInto}
				searchable
				openOnFocus={false}
				value={into}
			/>
			<MultiSelect
				data={data.filter(({ value }) => !into.includes(value))}
				label={t('user.outOf')}
				nothingFoundMessage={t('form.nothing')}
				onChange={setFrom}
				searchable
				openOnFocus={false}
				value={from}
			/>
		</FormDialog>
	);
}
