import { type KeyboardEvent, type RefObject, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CloseIcon, SearchIcon } from '../ui/icons';
import { ICON_BUTTON } from '../ui/Plain';
import css from './FilterBox.module.css';

/** What the last word of a filter could become. */
export interface Suggestion {
	/** The whole filter with it. */
	text: string;
	label: string;
	/** What stands beside it, such as a number. */
	hint?: string;
}

interface FilterBoxProps {
	value: string;
	onChange: (value: string) => void;
	/** Why the filter cannot be read, if so. */
	error: string | undefined;
	suggest: (text: string) => readonly Suggestion[];
	box: RefObject<HTMLInputElement | null>;
	/** Says what can be typed, with an example. */
	placeholder: string;
	/** The person is done typing: Enter or Escape. */
	onDone: () => void;
}

/** The filter of a list. `/` brings the keyboard here; Escape closes suggestions, clears it, then leaves. */
export function FilterBox({ value, onChange, error, suggest, box, placeholder, onDone }: FilterBoxProps) {
	const { t } = useTranslation();
	const id = useId();
	const [open, setOpen] = useState(false);
	const [active, setActive] = useState(-1);
	const suggestions = open ? suggest(value) : [];
	const pick = (suggestion: Suggestion) => {
		onChange(suggestion.text);
		setActive(-1);
		box.current?.focus();
	};
	const press = (event: KeyboardEvent<HTMLInputElement>) => {
		const chosen = suggestions[active];
		if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
			event.preventDefault();
			setOpen(true);
			const by = event.key === 'ArrowDown' ? 1 : -1;
			setActive(Math.max(-1, Math.min(suggestions.length - 1, active + by)));
		} else if (event.key === 'Tab' && chosen !== undefined) {
			event.preventDefault();
			pick(chosen);
		} else if (event.key === 'Enter') {
			if (chosen !== undefined) return pick(chosen);
			setOpen(false);
			onDone();
		} else if (event.key === 'Escape') {
			if (suggestions.length > 0) setOpen(false);
			else if (value === '') onDone();
			else {
				onChange('');
				setOpen(false);
			}
		}
	};
	return (
		<div className={css.box}>
			<span className={css.icon}>
				<SearchIcon size={16} />
			</span>
			<input
				aria-activedescendant={active >= 0 ? `${id}-${active}` : undefined}
				aria-autocomplete="list"
				aria-controls={suggestions.length > 0 ? id : undefined}
				aria-expanded={suggestions.length > 0}
				aria-invalid={error !== undefined && suggestions.length === 0}
				aria-label={t('filter.label')}
				autoComplete="off"
				className={css.input}
				onBlur={() => setOpen(false)}
				onChange={(event) => {
					onChange(event.currentTarget.value);
					setOpen(true);
					setActive(-1);
				}}
				onClick={() => setOpen(true)}
				onKeyDown={press}
				placeholder={placeholder}
				ref={box}
				role="combobox"
				spellCheck={false}
				type="text"
				value={value}
			/>
			{value === '' ? (
				<kbd className={css.key}>/</kbd>
			) : (
				<span className={css.clear}>
					<button
						aria-label={t('filter.clear')}
						className={ICON_BUTTON}
						data-size="small"
						onClick={() => onChange('')}
						type="button"
					>
						<CloseIcon size={14} />
					</button>
				</span>
			)}
			{error !== undefined && suggestions.length === 0 && (
				<p className={css.error} role="status">
					{error}; {t('filter.lastOne')}
				</p>
			)}
			{suggestions.length > 0 && (
				<div aria-label={t('filter.suggestions')} className={css.suggestions} id={id} role="listbox">
					{suggestions.map((suggestion, at) => (
						// biome-ignore lint/a11y/useFocusableInteractive: the box has the focus and names the active one
						// biome-ignore lint/a11y/useKeyWithClickEvents: the keys of the box do the same
						<div
							aria-selected={at === active}
							id={`${id}-${at}`}
							key={suggestion.text}
							// Before the box loses the focus, and with it the suggestions.
							onMouseDown={(event) => event.preventDefault()}
							onClick={() => pick(suggestion)}
							role="option"
						>
							<span>{suggestion.label}</span>
							{suggestion.hint !== undefined && <span className={css.hint}>{suggestion.hint}</span>}
						</div>
					))}
				</div>
			)}
		</div>
	);
}
