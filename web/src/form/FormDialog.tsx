/** A dialog that asks for a few things and acts; why the server refused is said in it, and nothing typed is lost. */
import { Button, Modal } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../api/errors';
import css from './FormDialog.module.css';

interface FormDialogProps {
	title: string;
	/** The button that acts, as a verb. */
	action: string;
	/** Nothing brings back what it takes away. */
	destroys?: boolean;
	/** Whether what is asked for is there. */
	ready?: boolean;
	size?: 'md' | 'lg' | 'xl';
	/**
	 * Acts, and the dialog closes when it is done; what it throws is shown. What takes long is begun by it and told by
	 * `useTell` afterwards.
	 */
	onSubmit: () => Promise<unknown> | undefined;
	onClose: () => void;
	/** Says why it was refused where the words of the server are not all that is to know. */
	refused?: (error: unknown) => ReactNode;
	children: ReactNode;
}

export function FormDialog({
	title,
	action,
	destroys = false,
	ready = true,
	size = 'md',
	onSubmit,
	onClose,
	refused = errorText,
	children,
}: FormDialogProps) {
	const { t } = useTranslation();
	const [opened, setOpened] = useState(true);
	const [isBusy, setBusy] = useState(false);
	const [error, setError] = useState<unknown>();
	const submit = async () => {
		setBusy(true);
		setError(undefined);
		try {
			await onSubmit();
			setOpened(false);
		} catch (failure) {
			setError(failure);
		} finally {
			setBusy(false);
		}
	};
	return (
		<Modal onClose={() => setOpened(false)} onExitTransitionEnd={onClose} opened={opened} size={size} title={title}>
			<form
				className={css.form}
				onSubmit={(event) => {
					event.preventDefault();
					if (ready && !isBusy) void submit();
				}}
			>
				{children}
				{error !== undefined && (
					<div className={css.error} ref={inSight} role="alert">
						{refused(error)}
					</div>
				)}
				<div className={css.buttons}>
					<Button onClick={() => setOpened(false)} variant="default">
						{t('action.cancel')}
					</Button>
					<Button color={destroys ? 'red.8' : undefined} disabled={!ready} loading={isBusy} type="submit">
						{action}
					</Button>
				</div>
			</form>
		</Modal>
	);
}

/** What went wrong is seen, however long the form is. */
function inSight(element: HTMLElement | null) {
	element?.scrollIntoView({ block: 'nearest' });
}
