/** Keys that telephones do not have, and the way to those that they have. */
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { KeyboardIcon } from '../ui/icons';
import css from './KeyBar.module.css';
import { functionKey, named, type Stroke, strokesOf, withHeld } from './keys';
import type { Layout } from './layouts';

interface KeyBarProps {
	disabled: boolean;
	layout: Layout;
	press: (strokes: readonly Stroke[]) => void;
}

const KEYS: readonly [name: string, sign: string][] = [
	['Escape', 'Esc'],
	['Tab', 'Tab'],
	['ArrowLeft', '←'],
	['ArrowUp', '↑'],
	['ArrowDown', '↓'],
	['ArrowRight', '→'],
	['Enter', '⏎'],
];

export function KeyBar({ disabled, layout, press }: KeyBarProps) {
	const { t } = useTranslation();
	const [held, setHeld] = useState({ ctrl: false, alt: false });
	const [functions, setFunctions] = useState(false);
	const field = useRef<HTMLTextAreaElement>(null);
	const send = (strokes: readonly (Stroke | undefined)[]) => {
		press(strokes.flatMap((stroke) => (stroke === undefined ? [] : withHeld(stroke, held))));
		setHeld({ ctrl: false, alt: false });
		// The screen takes the focus, and the keyboard of the telephone goes with it.
		if (document.activeElement !== field.current) return;
		field.current?.focus();
	};
	const typed = (text: string) => {
		const wasTyping = document.activeElement === field.current;
		send(strokesOf(text, layout));
		if (wasTyping) field.current?.focus();
	};
	return (
		<div aria-label={t('console.keyBar')} className={css.bar} role="toolbar">
			<button disabled={disabled} onClick={() => field.current?.focus()} type="button">
				<KeyboardIcon size={16} />
				<span className={css.hidden}>{t('console.softKeyboard')}</span>
			</button>
			{(['ctrl', 'alt'] as const).map((key) => (
				<button
					aria-pressed={held[key]}
					disabled={disabled}
					key={key}
					onClick={() => setHeld({ ...held, [key]: !held[key] })}
					type="button"
				>
					{key === 'ctrl' ? 'Ctrl' : 'Alt'}
				</button>
			))}
			{KEYS.map(([name, sign]) => (
				<button
					aria-label={/^\w/.test(sign) ? undefined : name}
					disabled={disabled}
					key={name}
					onClick={() => send([named(name)])}
					type="button"
				>
					{sign}
				</button>
			))}
			<button aria-expanded={functions} disabled={disabled} onClick={() => setFunctions(!functions)} type="button">
				F…
			</button>
			{functions &&
				Array.from({ length: 12 }, (_, index) => (
					<button
						disabled={disabled}
						key={functionKey(index + 1).code}
						onClick={() => send([functionKey(index + 1)])}
						type="button"
					>
						F{index + 1}
					</button>
				))}
			<textarea
				aria-label={t('console.softKeyboard')}
				autoCapitalize="off"
				autoComplete="off"
				autoCorrect="off"
				className={css.field}
				onInput={(event) => {
					const { value } = event.currentTarget;
					event.currentTarget.value = '';
					if (value !== '') typed(value);
				}}
				onKeyDown={(event) => {
					const stroke = event.key === 'Backspace' || event.key === 'Enter' ? named(event.key) : undefined;
					if (stroke === undefined) return;
					event.preventDefault();
					send([stroke]);
					field.current?.focus();
				}}
				ref={field}
				spellCheck={false}
				tabIndex={-1}
			/>
		</div>
	);
}
