/** Changes what many share, the description or a tag, after a look at what would come of it; or gives each a new name. */
import { Button, Modal, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import formCss from '../form/FormDialog.module.css';
import { BulkDialog } from './BulkDialog';
import type { Action, DialogProps, Noun } from './noun';
import { Rename } from './rename/Rename';
import { subject } from './target';

type Change = 'description' | 'addTag' | 'removeTag' | 'names';

const LABELS = {
	addTag: 'edit.addTag',
	removeTag: 'edit.removeTag',
	names: 'rename.names',
	description: 'edit.newDescription',
} as const;

export function EditMany(props: DialogProps) {
	const { noun, action, target, onClose } = props;
	const { t } = useTranslation();
	const [opened, setOpened] = useState(true);
	const kinds = changesOf(noun);
	const [what, setWhat] = useState(kinds[0]);
	const [isBusy, setBusy] = useState(false);
	const [looked, setLooked] = useState<Action>();
	if (looked !== undefined) return <BulkDialog action={looked} noun={noun} onClose={onClose} target={target} />;
	const close = () => setOpened(false);
	return (
		<Modal
			closeOnClickOutside={what !== 'names'}
			closeOnEscape={!isBusy}
			onClose={close}
			onExitTransitionEnd={onClose}
			opened={opened}
			size={what === 'names' ? 'xl' : undefined}
			title={`${t(action.label)} ${subject(target, noun, (count) => t(noun.counted, { count }))}`}
			withCloseButton={!isBusy}
		>
			<Select
				allowDeselect={false}
				comboboxProps={{ withinPortal: true }}
				data={kinds.map((value) => ({ value, label: t(LABELS[value]) }))}
				disabled={isBusy}
				label={t('edit.what')}
				mb={14}
				onChange={(chosen) => setWhat(kinds.find((kind) => kind === chosen) ?? what)}
				value={what}
			/>
			{what === 'names' ? (
				<Rename {...props} onBusy={setBusy} onClose={close} />
			) : (
				<Shared onClose={close} onLook={(value) => setLooked(changing(action, what, value))} what={what} />
			)}
		</Modal>
	);
}

interface SharedProps {
	what: Exclude<Change, 'names'>;
	onLook: (value: string) => void;
	onClose: () => void;
}

function Shared({ what, onLook, onClose }: SharedProps) {
	const { t } = useTranslation();
	const [value, setValue] = useState('');
	const ready = what === 'description' || value.trim() !== '';
	return (
		<form
			className={formCss.form}
			onSubmit={(event) => {
				event.preventDefault();
				if (ready) onLook(value.trim());
			}}
		>
			<TextInput
				autoComplete="off"
				data-autofocus
				label={t(what === 'description' ? 'edit.newDescription' : 'edit.tag')}
				onChange={(event) => setValue(event.currentTarget.value)}
				value={value}
			/>
			<div className={formCss.buttons}>
				<Button onClick={onClose} variant="default">
					{t('action.cancel')}
				</Button>
				<Button disabled={!ready} type="submit">
					{t('edit.look')}
				</Button>
			</div>
		</form>
	);
}

function changesOf(noun: Noun): [Change, ...Change[]] {
	const hasTags = noun.facets.some(({ property }) => property === 'tags');
	return hasTags ? ['addTag', 'removeTag', 'names', 'description'] : ['names', 'description'];
}

/** The action that makes a change to each of many. */
function changing(action: Action, what: SharedProps['what'], value: string): Action {
	const { Dialog: _, ...bare } = action;
	if (what === 'description') return { ...bare, params: { name_description: value } };
	const method = what === 'addTag' ? 'tag.add' : 'tag.remove';
	return { ...bare, method, params: { tag: value }, label: `edit.${what}` };
}
