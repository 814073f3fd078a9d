/**
 * Keyboard layouts of guests. A host that is told a letter looks for the key that makes it on a keyboard of the United
 * States, and the guest makes of that key what its own layout says: a French guest types `q` for `a`. With the layout
 * known here, the key is chosen that makes the right letter there.
 */

/** `letters`: as the host takes them. */
export type Layout = 'letters' | 'us' | 'uk' | 'fr' | 'de' | 'es';
export const LAYOUTS: readonly Layout[] = ['letters', 'us', 'uk', 'fr', 'de', 'es'];

export interface Place {
	/** The key, as `KeyboardEvent.code` has it. */
	code: string;
	shift: boolean;
	altGr: boolean;
}

/** The keys of the four rows, from left to right. */
const CODES = [
	'Backquote Digit1 Digit2 Digit3 Digit4 Digit5 Digit6 Digit7 Digit8 Digit9 Digit0 Minus Equal',
	'KeyQ KeyW KeyE KeyR KeyT KeyY KeyU KeyI KeyO KeyP BracketLeft BracketRight',
	'KeyA KeyS KeyD KeyF KeyG KeyH KeyJ KeyK KeyL Semicolon Quote Backslash',
	'IntlBackslash KeyZ KeyX KeyC KeyV KeyB KeyN KeyM Comma Period Slash Space',
]
	.join(' ')
	.split(' ');

/** What these keys make alone, with shift (a row a line; a zero where it is nothing of use here), and with AltGr. */
const SIGNS: Record<Exclude<Layout, 'letters'>, readonly [plain: string, shift: string, altGr: string]> = {
	us: [
		"`1234567890-=qwertyuiop[]asdfghjkl;'\\\0zxcvbnm,./ ",
		'~!@#$%^&*()_+QWERTYUIOP{}ASDFGHJKL:"|\0ZXCVBNM<>?\0',
		'',
	],
	uk: [
		"`1234567890-=qwertyuiop[]asdfghjkl;'#\\zxcvbnm,./ ",
		'¬!"£$%^&*()_+QWERTYUIOP{}ASDFGHJKL:@~|ZXCVBNM<>?\0',
		levels('Backquote¦ Digit4€'),
	],
	fr: [
		'²&é"\'(-è_çà)=azertyuiop\0$qsdfghjklmù*<wxcvbn,;:! ',
		'\x001234567890°+AZERTYUIOP\0£QSDFGHJKLM%µ>WXCVBN?./§\0',
		levels(
			'Digit2~ Digit3# Digit4{ Digit5[ Digit6| Digit7` Digit8\\ Digit9^ Digit0@ Minus] Equal} KeyE€ BracketRight¤',
		),
	],
	de: [
		'\x001234567890ß\0qwertzuiopü+asdfghjklöä#<yxcvbnm,.- ',
		'°!"§$%&/()=?\0QWERTZUIOPÜ*ASDFGHJKLÖÄ\'>YXCVBNM;:_\0',
		levels('Digit2² Digit3³ Digit7{ Digit8[ Digit9] Digit0} Minus\\ KeyQ@ KeyE€ BracketRight~ IntlBackslash| KeyMµ'),
	],
	es: [
		"º1234567890'¡qwertyuiop\0+asdfghjklñ\0ç<zxcvbnm,.- ",
		'ª!"·$%&/()=?¿QWERTYUIOP\0*ASDFGHJKLÑ\0Ç>ZXCVBNM;:_\0',
		levels('Backquote\\ Digit1| Digit2@ Digit3# Digit5€ Digit6¬ BracketLeft[ BracketRight] Quote{ Backslash}'),
	],
};

/** The signs of keys by their names, each after its name. */
function levels(signs: string): string {
	const made = new Map(signs.split(' ').map((pair) => [pair.slice(0, -1), pair.slice(-1)]));
	return CODES.map((code) => made.get(code) ?? '\0').join('');
}

/** Accents that a key makes for the letter after it; a blank after it stands for the accent itself. */
const DEAD: Partial<Record<Layout, Record<string, Place>>> = {
	fr: {
		'^': { code: 'BracketLeft', shift: false, altGr: false },
		'¨': { code: 'BracketLeft', shift: true, altGr: false },
	},
	de: {
		'^': { code: 'Backquote', shift: false, altGr: false },
		'´': { code: 'Equal', shift: false, altGr: false },
		'`': { code: 'Equal', shift: true, altGr: false },
	},
	es: {
		'`': { code: 'BracketLeft', shift: false, altGr: false },
		'^': { code: 'BracketLeft', shift: true, altGr: false },
		'´': { code: 'Quote', shift: false, altGr: false },
		'¨': { code: 'Quote', shift: true, altGr: false },
		'~': { code: 'Digit4', shift: false, altGr: true },
	},
};

/** Accents as Unicode takes them apart from their letters. */
const ACCENTS: Record<string, string> = { '\u0302': '^', '\u0308': '¨', '\u0301': '´', '\u0300': '`', '\u0303': '~' };
const SPACE: Place = { code: 'Space', shift: false, altGr: false };

/** The keys to press for a letter; none where the layout does not have it. */
export function placeOf(letter: string, layout: Exclude<Layout, 'letters'>): Place[] {
	const direct = find(letter, layout);
	if (direct !== undefined) return [direct];
	const dead = DEAD[layout];
	if (dead?.[letter] !== undefined) return [dead[letter], SPACE];
	const [base = '', accent = ''] = letter.normalize('NFD');
	const key = dead?.[ACCENTS[accent] ?? ''];
	const rest = find(base, layout);
	return key === undefined || rest === undefined ? [] : [key, rest];
}

function find(letter: string, layout: Exclude<Layout, 'letters'>): Place | undefined {
	for (const [level, signs] of SIGNS[layout].entries()) {
		const code = letter === '\0' ? undefined : CODES[signs.indexOf(letter)];
		if (code !== undefined && signs.includes(letter)) return { code, shift: level === 1, altGr: level === 2 };
	}
	return undefined;
}

/** What a key makes on a keyboard of the United States, as a host looks for it. */
export function usSign(code: string, shift: boolean): string | undefined {
	// The key beside the left shift is on no such keyboard; hosts know it by the sign it has elsewhere.
	if (code === 'IntlBackslash') return shift ? '>' : '<';
	const sign = SIGNS.us[shift ? 1 : 0][CODES.indexOf(code)];
	return sign === '\0' ? ' ' : sign;
}
