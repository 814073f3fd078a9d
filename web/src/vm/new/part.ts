/** What each part of the form is given. */
import type { TFunction } from 'i18next';
import { createContext, useContext } from 'react';
import type { Key } from '../../i18n';
import type { Draft, Facts } from './draft';

export interface Form {
	draft: Draft;
	facts: Facts;
	change: (change: Partial<Draft>) => void;
	problems: Readonly<Record<string, Key>>;
	/** What the server said of a field. */
	refused: Readonly<Record<string, string>>;
}

export const FormContext = createContext<Form | undefined>(undefined);

export function useForm(): Form {
	const form = useContext(FormContext);
	if (form === undefined) throw new Error('useForm is called outside of the form of a new VM');
	return form;
}

/** What is wrong with a field, in words. */
export function problem({ problems, refused }: Form, t: TFunction, field: string): string | undefined {
	const key = problems[field];
	return key === undefined ? refused[field] : t(key as never);
}
