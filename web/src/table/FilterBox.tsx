import { CloseButton, Kbd, TextInput } from '@mantine/core';
import type { RefObject } from 'react';
import { SearchIcon } from '../ui/icons';
import css from './FilterBox.module.css';

interface FilterBoxProps {
	value: string;
	onChange: (value: string) => void;
	/** Why the filter cannot be read, if so. */
	error: string | undefined;
	box: RefObject<HTMLInputElement | null>;
	/** The person is done typing: Enter or Escape. */
	onDone: () => void;
}

/** The filter of a list. `/` brings the keyboard here; Escape clears it, then leaves. */
export function FilterBox({ value, onChange, error, box, onDone }: FilterBoxProps) {
	return (
		<div className={css.box}>
			<TextInput
				aria-label="Filter"
				autoComplete="off"
				error={error !== undefined}
				leftSection={<SearchIcon size={16} />}
				onChange={(event) => onChange(event.currentTarget.value)}
				onKeyDown={(event) => {
					if (event.key === 'Enter' || (event.key === 'Escape' && value === '')) onDone();
					else if (event.key === 'Escape') onChange('');
				}}
				placeholder="Filter: web, power_state:running, tags:prod"
				ref={box}
				rightSection={
					value === '' ? (
						<Kbd className={css.key} size="xs">
							/
						</Kbd>
					) : (
						<CloseButton aria-label="Clear the filter" onClick={() => onChange('')} size="sm" />
					)
				}
				size="sm"
				spellCheck={false}
				value={value}
			/>
			{error !== undefined && (
				<p className={css.error} role="status">
					{error}; the list shows the last filter that could be read
				</p>
			)}
		</div>
	);
}
