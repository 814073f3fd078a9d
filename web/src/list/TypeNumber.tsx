import { TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import css from './BulkDialog.module.css';

/** From so many objects on, an action is not started by one press: their number has to be typed. */
export const MANY = 50;

export function isSure(able: number, typed: string): boolean {
	return able < MANY || typed.replace(/\D/g, '') === String(able);
}

/** Asks for the number of objects, where they are many. */
export function TypeNumber({
	number,
	value,
	onChange,
}: {
	number: number;
	value: string;
	onChange: (typed: string) => void;
}) {
	const { t } = useTranslation();
	if (number < MANY) return null;
	return (
		<TextInput
			autoComplete="off"
			className={css.type}
			data-autofocus
			inputMode="numeric"
			label={t('action.typeNumber', { number })}
			onChange={(event) => onChange(event.currentTarget.value)}
			value={value}
		/>
	);
}
