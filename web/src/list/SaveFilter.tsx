import { Checkbox, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '../form/FormDialog';
import { useSavedFilters } from './saved';

interface SaveFilterProps {
	type: string;
	filter: string;
	onClose: () => void;
}

/** Keeps a filter under a name. */
export default function SaveFilter({ type, filter, onClose }: SaveFilterProps) {
	const { t } = useTranslation();
	const { keep } = useSavedFilters();
	const [name, setName] = useState('');
	const [forAll, setForAll] = useState(false);
	return (
		<FormDialog
			action={t('action.save')}
			onClose={onClose}
			onSubmit={() => keep({ type, name: name.trim(), filter, forAll })}
			ready={name.trim() !== ''}
			title={t('list.save')}
		>
			<p>
				<code>{filter}</code>
			</p>
			<TextInput
				autoComplete="off"
				data-autofocus
				label={t('list.filterName')}
				onChange={(event) => setName(event.currentTarget.value)}
				required
				value={name}
				withAsterisk={false}
			/>
			<Checkbox
				checked={forAll}
				description={t('list.forAllHelp')}
				label={t('list.forAll')}
				mt="sm"
				onChange={(event) => setForAll(event.currentTarget.checked)}
			/>
		</FormDialog>
	);
}
