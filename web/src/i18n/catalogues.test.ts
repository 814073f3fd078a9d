import { expect, it } from 'vitest';
import english from './en';
import englishLater from './en/later';
import french from './fr';
import frenchLater from './fr/later';

const en = [english, englishLater];
const fr = [french, frenchLater];

function texts(catalogue: object, path = ''): [string, string][] {
	return Object.entries(catalogue).flatMap(([name, value]) =>
		typeof value === 'string' ? [[`${path}${name}`, value] as [string, string]] : texts(value, `${path}${name}.`),
	);
}

const holes = (text: string) => [...text.matchAll(/{{(\w+)/g)].map(([, name]) => name).sort();

it('have the same texts in every language, with the same holes', () => {
	const shape = (catalogue: object) => texts(catalogue).map(([key, text]) => `${key} ${holes(text)}`);
	expect(shape(fr)).toEqual(shape(en));
});

it('leave no text empty', () => {
	for (const [key, text] of [...texts(en), ...texts(fr)]) expect(text.trim(), key).not.toBe('');
});

it('name no text twice, first and later', () => {
	const first = new Set(texts(english).map(([key]) => key));
	expect(texts(englishLater).filter(([key]) => first.has(key))).toEqual([]);
});
