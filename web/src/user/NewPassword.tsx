/** A field for a password that is to be set: typed, or made up here, and copied. */
import { Button, PasswordInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Copy } from '../ui/Copy';
import css from './NewPassword.module.css';
import { newPassword } from './password';

interface NewPasswordProps {
	label: string;
	description?: string;
	value: string;
	onChange: (password: string) => void;
	required?: boolean;
}

export function NewPassword({ label, description, value, onChange, required }: NewPasswordProps) {
	const { t } = useTranslation();
	const [visible, setVisible] = useState(false);
	return (
		<div className={css.password}>
			<PasswordInput
				autoComplete="new-password"
				className={css.field}
				description={description}
				label={label}
				onChange={(event) => onChange(event.currentTarget.value)}
				onVisibilityChange={setVisible}
				required={required}
				value={value}
				visibilityToggleButtonProps={{ 'aria-label': t('signIn.show') }}
				visible={visible}
				withAsterisk={false}
			/>
			<div className={css.tools}>
				<Button
					onClick={() => {
						onChange(newPassword());
						setVisible(true);
					}}
					size="compact-sm"
					variant="default"
				>
					{t('user.generate')}
				</Button>
				{value !== '' && <Copy label={t('user.copyPassword')} text={value} />}
			</div>
		</div>
	);
}
