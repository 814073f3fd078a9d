import { Button, Modal, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Question } from './Confirm';
import css from './Confirm.module.css';

interface ConfirmDialogProps {
	question: Question;
	answer: (yes: boolean) => void;
	onClose: () => void;
}

export default function ConfirmDialog({ question, answer, onClose }: ConfirmDialogProps) {
	const { t } = useTranslation();
	const [opened, setOpened] = useState(true);
	const [typed, setTyped] = useState('');
	const { title, body, action, destroys, type } = question;
	const ready = type === undefined || typed.trim() === type;
	const end = (yes: boolean) => {
		setOpened(false);
		answer(yes);
	};
	return (
		<Modal onClose={() => end(false)} onExitTransitionEnd={onClose} opened={opened} size="md" title={title}>
			<form
				onSubmit={(event) => {
					event.preventDefault();
					if (ready) end(true);
				}}
			>
				<div className={css.body}>{body}</div>
				{type !== undefined && (
					<TextInput
						autoComplete="off"
						className={css.type}
						data-autofocus
						inputMode="numeric"
						label={t('action.typeText', { text: type })}
						onChange={(event) => setTyped(event.currentTarget.value)}
						value={typed}
					/>
				)}
				<div className={css.buttons}>
					<Button
						data-autofocus={(destroys && type === undefined) || undefined}
						onClick={() => end(false)}
						variant="default"
					>
						{t('action.cancel')}
					</Button>
					<Button
						color={destroys ? 'red.8' : undefined}
						data-autofocus={(!destroys && type === undefined) || undefined}
						disabled={!ready}
						type="submit"
					>
						{action}
					</Button>
				</div>
			</form>
		</Modal>
	);
}
