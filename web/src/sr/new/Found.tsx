/** What a look for storage found: that it goes on, why it failed, that there is nothing, or the choices. */
import { Loader } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../../api/errors';
import { type Choice, Choices } from '../../form/Choices';
import css from './Found.module.css';

interface FoundProps<T> {
	query: UseQueryResult<T>;
	label: string;
	choices: (found: T) => readonly Choice[];
	value: string;
	onChange: (value: string) => void;
	/** What is said where nothing is found. */
	none: ReactNode;
}

export function Found<T>({ query, label, choices, value, onChange, none }: FoundProps<T>) {
	const { t } = useTranslation();
	if (query.isFetching) {
		return (
			<p className={css.looking} role="status">
				<Loader size="xs" /> {t('newSr.looking')}
			</p>
		);
	}
	if (query.error !== null) {
		return (
			<p className={css.error} role="alert">
				{errorText(query.error)}
			</p>
		);
	}
	if (query.data === undefined) return null;
	const found = choices(query.data);
	if (found.length === 0) return <p className={css.looking}>{none}</p>;
	return <Choices choices={found} label={label} onChange={onChange} value={value} />;
}
