import { PasswordInput, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Draft } from './plan';

export interface KindProps {
	/** The host that looks. */
	host: string;
	draft: Draft;
	onChange: (change: Partial<Draft>) => void;
}

interface FieldProps extends Omit<KindProps, 'host'> {
	name: Exclude<keyof Draft, 'formats'>;
	label: string;
	help?: string;
	placeholder?: string;
	secret?: boolean;
	/** What is no longer true when this changes. */
	clears?: Partial<Draft>;
}

export function Field({ draft, onChange, name, label, help, placeholder, secret, clears }: FieldProps) {
	const { t } = useTranslation();
	const props = {
		autoComplete: secret === true ? 'new-password' : 'off',
		description: help,
		label,
		onChange: (event: { currentTarget: { value: string } }) =>
			onChange({ ...clears, [name]: secret === true ? event.currentTarget.value : event.currentTarget.value.trim() }),
		placeholder,
		value: draft[name],
	};
	return secret === true ? (
		<PasswordInput {...props} visibilityToggleButtonProps={{ 'aria-label': t('signIn.show') }} />
	) : (
		<TextInput {...props} />
	);
}
