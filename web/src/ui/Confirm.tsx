import { Button, Modal } from '@mantine/core';
import { createContext, type ReactNode, useCallback, useContext, useState } from 'react';
import css from './Confirm.module.css';

export interface Question {
	title: string;
	/** What happens, and to what. */
	body: ReactNode;
	/** The button that does it, as a verb. */
	action: string;
	/** Nothing brings back what it takes away. */
	destroys: boolean;
}

type Ask = (question: Question) => Promise<boolean>;

const ConfirmContext = createContext<Ask>(() => Promise.resolve(false));

/** Asks a question in a dialog; resolves to whether the person went ahead. */
export function useConfirm(): Ask {
	return useContext(ConfirmContext);
}

export function ConfirmProvider({ children }: { children: ReactNode }) {
	const [asked, setAsked] = useState<{ question: Question; answer: (yes: boolean) => void }>();
	const [open, setOpen] = useState(false);
	const ask = useCallback<Ask>(
		(question) =>
			new Promise((answer) => {
				setAsked({ question, answer });
				setOpen(true);
			}),
		[],
	);
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
							answer(true);
						}}
					>
						<div className={css.body}>{asked.question.body}</div>
						<div className={css.buttons}>
							<Button
								data-autofocus={asked.question.destroys || undefined}
								onClick={() => answer(false)}
								variant="default"
							>
								Cancel
							</Button>
							<Button
								color={asked.question.destroys ? 'red.8' : undefined}
								data-autofocus={!asked.question.destroys || undefined}
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
