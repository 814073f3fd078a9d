import { describe, expect, it } from 'vitest';
import { keysymOf, strokesOf, withHeld } from './keys';
import { LAYOUTS, placeOf } from './layouts';

const pressed = (text: string, layout: Parameters<typeof strokesOf>[1]) =>
	strokesOf(text, layout).map(({ keys }) =>
		keys.map((key) => (key < 0x100 ? String.fromCharCode(key) : key.toString(16))),
	);

describe('the keys of a text', () => {
	it('are its letters, with shift where a keyboard needs it', () => {
		expect(pressed('aB\n', 'letters')).toEqual([['a'], ['ffe1', 'B'], ['ff0d']]);
		expect(keysymOf('€')).toBe(0x010020ac);
	});

	it('are those that make it in a guest of another layout', () => {
		expect(pressed('qA1', 'fr')).toEqual([['a'], ['ffe1', 'Q'], ['ffe1', '!']]);
		expect(pressed('zy-', 'de')).toEqual([['y'], ['z'], ['/']]);
		expect(pressed('@', 'de')).toEqual([['ffea', 'q']]);
		expect(pressed('"@', 'uk')).toEqual([
			['ffe1', '@'],
			['ffe1', '"'],
		]);
	});

	it('are two for a letter with an accent that has no key', () => {
		expect(pressed('êë', 'fr')).toEqual([['['], ['e'], ['ffe1', '{'], ['e']]);
		expect(pressed('^', 'de')).toEqual([['`'], [' ']]);
		expect(pressed('á', 'es')).toEqual([["'"], ['a']]);
	});

	it('are known for what a shell needs in every layout', () => {
		for (const layout of LAYOUTS) {
			if (layout === 'letters') continue;
			const unknown = [...'abcXYZ0189 !"#$%&\'()*+,-./:;<=>?@[\\]^_{|}~'].filter(
				(letter) => placeOf(letter, layout).length === 0,
			);
			expect(unknown, layout).toEqual([]);
		}
	});

	it('are held with Control, and are a letter of their own to a terminal', () => {
		const [stroke] = strokesOf('c', 'letters');
		expect(stroke && withHeld(stroke, { ctrl: true, alt: false })).toMatchObject({
			keys: [0xffe3, 0x63],
			text: '\x03',
		});
	});
});
