/** Keys as X11 numbers them, which is how screens take them, and which keys make a text. */
import { type Layout, placeOf, usSign } from './layouts';

/** Presses of keys: `keys` are held in this order, then released. `code` is the place of the last, where it matters. */
export interface Stroke {
	keys: readonly number[];
	code?: string;
	/** What a terminal is sent instead. */
	text: string;
}

export const KEYSYM = {
	BackSpace: 0xff08,
	Tab: 0xff09,
	Return: 0xff0d,
	Escape: 0xff1b,
	Home: 0xff50,
	Left: 0xff51,
	Up: 0xff52,
	Right: 0xff53,
	Down: 0xff54,
	End: 0xff57,
	Delete: 0xffff,
	Shift: 0xffe1,
	Control: 0xffe3,
	Alt: 0xffe9,
	AltGr: 0xffea,
	Super: 0xffeb,
	F1: 0xffbe,
} as const;

const NAMED: Record<string, Stroke> = {
	Escape: { keys: [KEYSYM.Escape], code: 'Escape', text: '\x1b' },
	Tab: { keys: [KEYSYM.Tab], code: 'Tab', text: '\t' },
	Enter: { keys: [KEYSYM.Return], code: 'Enter', text: '\r' },
	Backspace: { keys: [KEYSYM.BackSpace], code: 'Backspace', text: '\x7f' },
	ArrowLeft: { keys: [KEYSYM.Left], code: 'ArrowLeft', text: '\x1b[D' },
	ArrowUp: { keys: [KEYSYM.Up], code: 'ArrowUp', text: '\x1b[A' },
	ArrowRight: { keys: [KEYSYM.Right], code: 'ArrowRight', text: '\x1b[C' },
	ArrowDown: { keys: [KEYSYM.Down], code: 'ArrowDown', text: '\x1b[B' },
};

/** The key of a name, as `KeyboardEvent.key` has them. */
export function named(key: string): Stroke | undefined {
	return NAMED[key];
}

export function functionKey(number: number): Stroke {
	return { keys: [KEYSYM.F1 + number - 1], code: `F${number}`, text: '' };
}

export const CTRL_ALT_DEL: Stroke = { keys: [KEYSYM.Control, KEYSYM.Alt, KEYSYM.Delete], code: 'Delete', text: '' };

/** The number of a letter: Latin 1 stands for itself, the rest of Unicode has a range. */
export function keysymOf(letter: string): number {
	const point = letter.codePointAt(0) ?? 0;
	return (point >= 0x20 && point <= 0x7e) || (point >= 0xa0 && point <= 0xff) ? point : 0x0100_0000 + point;
}

/** The keys that make a text in a guest of this layout. */
export function strokesOf(text: string, layout: Layout): Stroke[] {
	return [...text.replaceAll('\r\n', '\n')].flatMap((letter) => {
		if (letter === '\n') return NAMED.Enter ?? [];
		if (letter === '\t') return NAMED.Tab ?? [];
		return strokesOfLetter(letter, layout);
	});
}

function strokesOfLetter(letter: string, layout: Layout): Stroke[] {
	const places = layout === 'letters' ? [] : placeOf(letter, layout);
	if (places.length > 0) {
		return places.map(({ code, shift, altGr }, index) => {
			const sign = usSign(code, shift) ?? letter;
			const held = [...(shift ? [KEYSYM.Shift] : []), ...(altGr ? [KEYSYM.AltGr] : [])];
			return { keys: [...held, keysymOf(sign)], code, text: index === places.length - 1 ? letter : '' };
		});
	}
	const isShifted = placeOf(letter, 'us')[0]?.shift === true;
	return [{ keys: [...(isShifted ? [KEYSYM.Shift] : []), keysymOf(letter)], text: letter }];
}

/** A stroke while modifiers are held. */
export function withHeld(stroke: Stroke, { ctrl, alt }: { ctrl: boolean; alt: boolean }): Stroke {
	const held = [...(ctrl ? [KEYSYM.Control] : []), ...(alt ? [KEYSYM.Alt] : [])];
	const letter = stroke.text.length === 1 ? stroke.text.toLowerCase().charCodeAt(0) : 0;
	const text = ctrl && letter >= 0x61 && letter <= 0x7a ? String.fromCharCode(letter - 0x60) : stroke.text;
	return { ...stroke, keys: [...held, ...stroke.keys], text: alt ? `\x1b${text}` : text };
}
