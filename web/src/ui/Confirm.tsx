import { Button, Modal, TextInput } from '@mantine/core';
import { createContext, type ReactNode, useCallback, useContext, useState } from 'react';
import { useTranslation } from 'react-i18next';
import css from './Confirm.module.css';

export interface Question {
	title: string;
	/** What happens, and to what. */
	body: ReactNode;
	/** The button that does it, as a verb. */
	action: string;
	/** Nothing brings back what it takes away. */
	destroys: boolean;
	/** What has to be typed before the button acts, for what concerns many. */
	type?: string;
}

type Ask = (question: Question) => Promise<boolean>;

const ConfirmContext = createContext<Ask>(() => Promise.resolve(false));

/** Asks a question in a dialog; resolves to whether the person went ahead. */
export function useConfirm(): Ask {
	return useContext(ConfirmContext);
}

export function ConfirmProvider({ children }: { children: ReactNode }) {
	const { t } = useTranslation();
	const [asked, setAsked] = useState<{ question: Question; answer: (yes: boolean) => void }>();
	const [open, setOpen] = useState(false);
	const [typed, setTyped] = useState('');
	const ask = useCallback<Ask>(
		(question) =>
			new Promise((answer) => {
				setAsked({ question, answer });
				setTyped('');
				setOpen(true);
			}),
		[],
	);
	const ready = asked?.question.type === undefined || typed.trim() === asked.question.type;
	const answer = (yes: boolean) => {
		setOpen(false);
		asked?.answer(yes);
	};
	return (
		<ConfirmContext value={ask}>
			{children}
			<Modal onClose={() => answer(false)} opened={open} size="md" title={asked?.question.title}>
				{asked && (
					<form
						onSubmit={(event) => {
							event.preventDefault();
							if (ready) answer(true);
						}}
					>
						<div className={css.body}>{asked.question.body}</div>
						{asked.question.type !== undefined && (
							<TextInput
								autoComplete="off"
								className={css.type}
								data-autofocus
								inputMode="numeric"
								label={t('action.typeText', { text: asked.question.type })}
								onChange={(event) => setTyped(event.currentTarget.value)}
								value={typed}
							/>
						)}
						<div className={css.buttons}>
							<Button
								data-autofocus={(asked.question.destroys && asked.question.type === undefined) || undefined}
								onClick={() => answer(false)}
								variant="default"
							>
								{t('action.cancel')}
							</Button>
							<Button
								color={asked.question.destroys ? 'red.8' : undefined}
								data-autofocus={(!asked.question.destroys && asked.question.type === undefined) || undefined}
								disabled={!ready}
								type="submit"
							>
								{asked.question.action}
							</Button>
						</div>
					</form>
				)}
			</Modal>
		</ConfirmContext>
	);
}
