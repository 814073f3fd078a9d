/** An action that asks the server first whether it could, and says what stands against it; what destroys asks for the name. */
import { Loader, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Params } from '../api/methods';
import { FormDialog } from '../form/FormDialog';
import { useDryRun } from '../form/useDryRun';
import { Reasons } from '../host/Reasons';
import { useLive } from '../live/hooks';
import { useTell } from '../ui/tell';
import { PATIENCE } from './Actions';
import { BulkDialog } from './BulkDialog';
import type { DialogProps } from './noun';
import type { Target } from './target';

export default function AskDialog(props: DialogProps) {
	const { target } = props;
	if (target.is !== 'rows' || target.rows.length !== 1) return <BulkDialog {...props} />;
	return <AskOne {...props} target={target} />;
}

interface AskOneProps extends DialogProps {
	target: Target & { is: 'rows' };
	/** What stands against it that the server does not say beforehand. */
	blocked?: string;
}

export function AskOne({ noun, action, target, onClose, blocked }: AskOneProps) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const tell = useTell();
	const [typed, setTyped] = useState('');
	const [row] = target.rows;
	const params = { ...action.params, [action.principal ?? 'id']: row?.id };
	const would = useDryRun(action.method, row === undefined ? undefined : params);
	if (row === undefined) return null;
	const name = noun.name(row);
	const destroys = action.confirm?.destroys === true;
	const words = { action: t(action.label), doing: t(action.doing, { name }), done: t(action.done, { name }), name };
	return (
		<FormDialog
			action={t(action.label)}
			destroys={destroys}
			onClose={onClose}
			onSubmit={() => {
				void tell(words, () =>
					connection.call(action.method, params as unknown as Params<typeof action.method>, PATIENCE),
				);
				return undefined;
			}}
			ready={blocked === undefined && would.is === 'would' && (!destroys || typed.trim() === name.trim())}
			title={t('action.ask', { action: t(action.label), name })}
		>
			{action.confirm !== undefined && <p>{t(action.confirm.consequence)}</p>}
			<div aria-live="polite">
				{would.is === 'asking' && <Loader size="xs" />}
				{blocked !== undefined && <Reasons error={new Error(blocked)} />}
				{blocked === undefined && would.is === 'refused' && <Reasons error={would.error} />}
			</div>
			{destroys && (
				<TextInput
					autoComplete="off"
					data-autofocus
					label={t('action.typeText', { text: name })}
					onChange={(event) => setTyped(event.currentTarget.value)}
					value={typed}
				/>
			)}
		</FormDialog>
	);
}
