/** A value that is changed in its place by a field of its own: a press makes it that, Enter sends it, Escape leaves it. */
import { ActionIcon } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CloseIcon, DoneIcon, EditIcon } from '../ui/icons';
import css from './EditableText.module.css';

interface EditableValueProps<T> {
	/** What the value is, such as "Memory". */
	label: string;
	shown: ReactNode;
	value: T;
	/** Whether it can be sent. */
	ready?: (value: T) => boolean;
	/** Sends a new value; what is shown changes when the server says so. */
	onSave: (value: T) => Promise<unknown>;
	disabled: boolean;
	/** The field. */
	children: (value: T, change: (value: T) => void) => ReactNode;
}

export function EditableValue<T>({ label, shown, value, ready, onSave, disabled, children }: EditableValueProps<T>) {
	const { t } = useTranslation();
	const [typed, setTyped] = useState<{ value: T }>();
	if (typed === undefined) {
		return (
			<span className={css.text}>
				{shown}
				<button
					aria-label={t('edit.change', { label })}
					className={css.edit}
					disabled={disabled}
					onClick={() => setTyped({ value })}
					type="button"
				>
					<EditIcon size={15} />
				</button>
			</span>
		);
	}
	const isReady = ready?.(typed.value) !== false;
	return (
		<form
			className={css.value}
			onKeyDown={(event) => {
				if (event.key !== 'Escape') return;
				event.stopPropagation();
				setTyped(undefined);
			}}
			onSubmit={(event) => {
				event.preventDefault();
				if (!isReady) return;
				setTyped(undefined);
				if (typed.value !== value) void onSave(typed.value);
			}}
		>
			{children(typed.value, (next) => setTyped({ value: next }))}
			<ActionIcon aria-label={t('form.save')} disabled={!isReady} size="lg" type="submit" variant="filled">
				<DoneIcon size={16} />
			</ActionIcon>
			<ActionIcon
				aria-label={t('action.cancel')}
				color="gray"
				onClick={() => setTyped(undefined)}
				size="lg"
				variant="subtle"
			>
				<CloseIcon size={16} />
			</ActionIcon>
		</form>
	);
}
