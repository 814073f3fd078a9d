/** Changes the name and the description of one object, or of many what they share: the description, a tag. */
import { Button, Modal, Select, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Params } from '../api/methods';
import { FormDialog } from '../form/FormDialog';
import formCss from '../form/FormDialog.module.css';
import { useLive } from '../live/hooks';
import type { Row } from '../live/view';
import { BulkDialog } from './BulkDialog';
import { type Action, type DialogProps, type Noun, text } from './noun';
import { size, subject } from './target';

export default function EditDialog(props: DialogProps) {
	const { target } = props;
	const [only] = target.is === 'rows' && size(target) === 1 ? target.rows : [];
	return only === undefined ? <Many {...props} /> : <One {...props} row={only} />;
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

type Change = 'description' | 'addTag' | 'removeTag';

/** What many share is changed after a look at what would come of it for each. */
function Many({ noun, action, target, onClose }: DialogProps) {
	const { t } = useTranslation();
	const [opened, setOpened] = useState(true);
	const [what, setWhat] = useState<Change>(hasTags(noun) ? 'addTag' : 'description');
	const [value, setValue] = useState('');
	const [looked, setLooked] = useState<Action>();
	if (looked !== undefined) return <BulkDialog action={looked} noun={noun} onClose={onClose} target={target} />;
	const kinds: { value: Change; label: string }[] = [
		...(hasTags(noun)
			? [
					{ value: 'addTag' as const, label: t('edit.addTag') },
					{ value: 'removeTag' as const, label: t('edit.removeTag') },
				]
			: []),
		{ value: 'description', label: t('edit.newDescription') },
	];
	const name = subject(target, noun, (count) => t(noun.counted, { count }));
	const ready = what === 'description' || value.trim() !== '';
	return (
		<Modal
			onClose={() => setOpened(false)}
			onExitTransitionEnd={onClose}
			opened={opened}
			title={`${t(action.label)} ${name}`}
		>
			<form
				className={formCss.form}
				onSubmit={(event) => {
					event.preventDefault();
					if (ready) setLooked(changing(action, what, value.trim()));
				}}
			>
				<Select
					allowDeselect={false}
					comboboxProps={{ withinPortal: true }}
					data={kinds}
					label={t('edit.what')}
					onChange={(chosen) => setWhat(kinds.find((kind) => kind.value === chosen)?.value ?? 'description')}
					value={what}
				/>
				<TextInput
					autoComplete="off"
					data-autofocus
					label={t(what === 'description' ? 'edit.newDescription' : 'edit.tag')}
					onChange={(event) => setValue(event.currentTarget.value)}
					value={value}
				/>
				<div className={formCss.buttons}>
					<Button onClick={() => setOpened(false)} variant="default">
						{t('action.cancel')}
					</Button>
					<Button disabled={!ready} type="submit">
						{t('edit.look')}
					</Button>
				</div>
			</form>
		</Modal>
	);
}

function hasTags(noun: Noun): boolean {
	return noun.facets.some(({ property }) => property === 'tags');
}

/** The action that makes a change to each of many. */
function changing(action: Action, what: Change, value: string): Action {
	const { Dialog: _, ...bare } = action;
	if (what === 'description') return { ...bare, params: { name_description: value } };
	const method = what === 'addTag' ? 'tag.add' : 'tag.remove';
	return { ...bare, method, params: { tag: value }, label: `edit.${what}` };
}
