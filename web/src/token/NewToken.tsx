/** A new token of one's own; it is shown this once. */
import { Button, Modal, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '../form/FormDialog';
import { useLive } from '../live/hooks';
import { Copy } from '../ui/Copy';
import { formatDuration } from '../ui/format';
import css from './NewToken.module.css';

/** How long tokens may be good, in days. */
const DAYS = [1, 30, 90, 365];

export function NewToken({ onClose }: { onClose: () => void }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const [description, setDescription] = useState('');
	const [days, setDays] = useState('30');
	const [token, setToken] = useState<string>();
	const [shown, setShown] = useState(true);
	const submit = async () => {
		const described = description.trim() === '' ? {} : { description: description.trim() };
		setToken(await connection.call('token.create', { ...described, expiresIn: `${days} days` }));
	};
	if (token !== undefined) {
		return (
			<Modal
				onClose={() => setShown(false)}
				onExitTransitionEnd={onClose}
				opened={shown}
				size="lg"
				title={t('token.made')}
			>
				<div className={css.made}>
					<p>{t('token.once')}</p>
					<p className={css.token}>
						<code>{token}</code> <Copy label={t('token.copy')} text={token} />
					</p>
					<p>{t('token.use')}</p>
					<Button className={css.done} data-autofocus onClick={() => setShown(false)}>
						{t('token.kept')}
					</Button>
				</div>
			</Modal>
		);
	}
	return (
		<FormDialog action={t('user.create')} onClose={onClose} onSubmit={submit} title={t('token.new')}>
			<TextInput
				autoComplete="off"
				data-autofocus
				description={t('token.describe')}
				label={t('edit.description')}
				onChange={(event) => setDescription(event.currentTarget.value)}
				value={description}
			/>
			<NativeSelect
				data={DAYS.map((count) => ({ value: String(count), label: formatDuration(count * 86_400) }))}
				label={t('token.validFor')}
				onChange={(event) => setDays(event.currentTarget.value)}
				value={days}
			/>
		</FormDialog>
	);
}
