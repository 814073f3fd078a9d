/** One of a few, each with what it means: cards with a button to choose. */
import { type ReactNode, useId } from 'react';
import css from './Choices.module.css';

export interface Choice<Value extends string = string> {
	value: Value;
	label: ReactNode;
	/** What it means, below its name. */
	help?: ReactNode;
	/** At the end of its line, such as its size. */
	hint?: ReactNode;
	disabled?: boolean;
}

interface ChoicesProps<Value extends string> {
	label: string;
	choices: readonly Choice<Value>[];
	value: Value | undefined;
	onChange: (value: Value) => void;
	/** Short ones stand beside each other. */
	beside?: boolean;
}

export function Choices<Value extends string>({ label, choices, value, onChange, beside }: ChoicesProps<Value>) {
	const name = useId();
	return (
		<fieldset className={css.choices} data-beside={beside || undefined}>
			<legend>{label}</legend>
			{choices.map((choice) => (
				<label className={css.choice} data-disabled={choice.disabled || undefined} key={choice.value}>
					<input
						checked={choice.value === value}
						disabled={choice.disabled}
						name={name}
						onChange={() => onChange(choice.value)}
						type="radio"
						value={choice.value}
					/>
					<span className={css.what}>
						<span className={css.name}>{choice.label}</span>
						{choice.help !== undefined && <small>{choice.help}</small>}
					</span>
					{choice.hint !== undefined && <span className={css.hint}>{choice.hint}</span>}
				</label>
			))}
		</fieldset>
	);
}
