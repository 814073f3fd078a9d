/** Chooses an object of the estate: what is typed is looked for by the server, and the choices are live. */
import '@mantine/core/styles/Combobox.layer.css';
import { Select } from '@mantine/core';
import { type ReactNode, useDeferredValue, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { text } from '../list/noun';
import { useView } from '../live/hooks';
import type { Row } from '../live/view';
import './mantine.css';

interface ObjectSelectProps {
	/** Said above; without, `ariaLabel` names it to those who do not see where it stands. */
	label?: string;
	ariaLabel?: string;
	description?: ReactNode;
	/** The wire's types. */
	type: string | string[];
	/** Narrows the choices, in the filter language. */
	filter?: string;
	/** The property that names them, where that is not `name_label`. */
	named?: string;
	/** Properties that `hint` and `onChange` read. */
	columns?: readonly string[];
	/** What is said beside the name, such as the free space. */
	hint?: (row: Row) => ReactNode;
	/** Why a choice is none. */
	refused?: (row: Row) => boolean;
	value: string | undefined;
	/** Told the row of what was chosen, or nothing where the choice was taken back. */
	onChange: (row: Row | undefined) => void;
	required?: boolean;
	disabled?: boolean;
	placeholder?: string;
	error?: ReactNode;
}

/** Choices that are shown; more letters narrow them. */
const SHOWN = 50;
const NO_COLUMNS: readonly string[] = [];

export function ObjectSelect({
	type,
	filter = '',
	named = 'name_label',
	columns = NO_COLUMNS,
	hint,
	refused,
	value,
	onChange,
	placeholder,
	required,
	ariaLabel,
	...props
}: ObjectSelectProps) {
	const { t } = useTranslation();
	const [typed, setTyped] = useState('');
	const picked = useRef<string>(undefined);
	const words = useDeferredValue(typed);
	const kind = typeof type === 'string' ? type : type.join();
	const nameOf = (row: Row) => text(row, named) || row.id;
	const chosen = useChosen(type, value, named, columns);
	const wish = useMemo(() => {
		const found = words.split(/\s+/).filter(Boolean);
		const terms = found.map((word) => `|(${named}:${quoted(word)} id:${quoted(word)})`).join(' ');
		return {
			type: kind.split(','),
			filter: filter.trim() === '' ? terms : `(${filter}) ${terms}`,
			sort: [named],
			columns: [named, ...columns],
			limit: SHOWN,
		};
	}, [kind, filter, named, words, columns]);
	const { rows, view } = useView(wish);
	const shown = chosen === undefined || rows.some(({ id }) => id === chosen.id) ? rows : [chosen, ...rows];
	const current = shown.find(({ id }) => id === value);
	const more = (view.total ?? 0) - rows.length;
	return (
		<Select
			aria-label={ariaLabel}
			clearable={required !== true}
			data={shown.map((row) => ({ value: row.id, label: nameOf(row), disabled: refused?.(row) === true }))}
			// The server has looked already.
			filter={({ options }) => options}
			maxDropdownHeight={280}
			nothingFoundMessage={view.isSettled ? t('form.nothing') : t('form.looking')}
			onChange={(id) => {
				const row = shown.find((candidate) => candidate.id === id);
				picked.current = row && nameOf(row);
				onChange(row);
				setTyped('');
			}}
			// What was picked is written into the box, too; nobody looks for it by that.
			onSearchChange={(text) =>
				setTyped(text === picked.current || (current !== undefined && text === nameOf(current)) ? '' : text)
			}
			placeholder={placeholder ?? t('form.choose')}
			renderOption={({ option }) => {
				const row = shown.find(({ id }) => id === option.value);
				return (
					<span style={{ display: 'flex', flex: 1, gap: 12, justifyContent: 'space-between' }}>
						<span>{option.label}</span>
						{row !== undefined && hint !== undefined && <span style={{ color: 'var(--dim)' }}>{hint(row)}</span>}
					</span>
				);
			}}
			required={required}
			searchable
			value={value ?? null}
			withAsterisk={false}
			{...props}
			description={props.description ?? (more > 0 && typed !== '' ? t('form.more', { count: more }) : undefined)}
		/>
	);
}

/** The row of what is chosen, which the choices may not have. */
function useChosen(
	type: string | string[],
	id: string | undefined,
	named: string,
	columns: readonly string[],
): Row | undefined {
	const kind = typeof type === 'string' ? type : type.join();
	const wish = useMemo(
		() =>
			id === undefined
				? undefined
				: { type: kind.split(','), filter: `id:${id}`, columns: [named, ...columns], limit: 1 },
		[kind, id, named, columns],
	);
	const { rows } = useView(wish);
	return rows.find((row) => row.id === id);
}

function quoted(word: string): string {
	return `"${word.replace(/[\\"]/g, '\\$&')}"`;
}
