/** A text that is changed in its place: a press makes it a field, Enter sends it, Escape leaves it as it was. */
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EditIcon } from '../ui/icons';
import css from './EditableText.module.css';

interface EditableTextProps {
	/** What the text is, such as "Name". */
	label: string;
	value: string;
	/** Sends a new text; the value changes when the server says so. */
	onSave: (text: string) => Promise<void>;
	/** A text that may not be empty. */
	required?: boolean;
	/** The label stands beside it, and an empty text need not say of what. */
	labelled?: boolean;
	disabled: boolean;
}

export function EditableText({ label, value, onSave, required, labelled, disabled }: EditableTextProps) {
	const { t } = useTranslation();
	const [editing, setEditing] = useState(false);
	const submit = (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const text = String(new FormData(event.currentTarget).get('text') ?? '').trim();
		setEditing(false);
		if (text !== value && (text !== '' || required !== true)) void onSave(text);
	};
	if (!editing) {
		return (
			<span className={css.text}>
				{value === '' ? <span className={css.none}>{labelled ? t('none') : t('edit.empty', { label })}</span> : value}
				<button
					aria-label={t('edit.change', { label })}
					className={css.edit}
					disabled={disabled}
					onClick={() => setEditing(true)}
					type="button"
				>
					<EditIcon size={15} />
				</button>
			</span>
		);
	}
	return (
		<form className={css.form} onSubmit={submit}>
			<input
				aria-label={label}
				// biome-ignore lint/a11y/noAutofocus: it appears because somebody asked for it
				autoFocus
				autoComplete="off"
				className={css.input}
				defaultValue={value}
				name="text"
				onBlur={(event) => event.currentTarget.form?.requestSubmit()}
				onKeyDown={(event) => {
					if (event.key !== 'Escape') return;
					event.stopPropagation();
					event.currentTarget.value = value;
					setEditing(false);
				}}
			/>
		</form>
	);
}
