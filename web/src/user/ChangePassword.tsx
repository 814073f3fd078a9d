/** Changes one's own password. */
import { PasswordInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '../form/FormDialog';
import { useLive } from '../live/hooks';
import { useTell } from '../ui/tell';
import { NewPassword } from './NewPassword';

export function ChangePassword({ onClose }: { onClose: () => void }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const tell = useTell();
	const [old, setOld] = useState('');
	const [next, setNext] = useState('');
	const [again, setAgain] = useState('');
	const differs = again !== '' && again !== next;
	const submit = async () => {
		await connection.call('user.changePassword', { oldPassword: old, newPassword: next });
		const action = t('profile.changePassword');
		void tell({ action, doing: action, done: t('profile.passwordChanged'), name: '' }, () => Promise.resolve());
	};
	const show = { 'aria-label': t('signIn.show') };
	return (
		<FormDialog
			action={t('profile.changePassword')}
			onClose={onClose}
			onSubmit={submit}
			ready={old !== '' && next !== '' && again === next}
			title={t('profile.changePassword')}
		>
			<PasswordInput
				autoComplete="current-password"
				data-autofocus
				label={t('profile.oldPassword')}
				onChange={(event) => setOld(event.currentTarget.value)}
				required
				value={old}
				visibilityToggleButtonProps={show}
				withAsterisk={false}
			/>
			<NewPassword label={t('profile.newPassword')} onChange={setNext} required value={next} />
			<PasswordInput
				autoComplete="new-password"
				error={differs && t('profile.differs')}
				label={t('profile.again')}
				onChange={(event) => setAgain(event.currentTarget.value)}
				required
				value={again}
				visibilityToggleButtonProps={show}
				withAsterisk={false}
			/>
		</FormDialog>
	);
}
