import i18next from 'i18next';
import { afterEach, expect, it } from 'vitest';
import { bytesUnit, formatBytes, formatDuration, formatNumber } from './format';

it.each([
	[0, '0 B'],
	[1023, '1023 B'],
	[1024, '1 KiB'],
	[536_870_912, '512 MiB'],
	[1_610_612_736, '1.5 GiB'],
	[4_294_967_296, '4 GiB'],
	[12_500_000_000, '11.6 GiB'],
	[2 ** 50 * 3, '3 PiB'],
])('%d bytes are %s', (bytes, text) => {
	expect(formatBytes(bytes)).toBe(text);
});

it.each([
	[0.4, '0 sec'],
	[59, '59 sec'],
	[61, '1 min'],
	[7200, '2 hr'],
	[200_000, '2 days'],
])('%d seconds are %s', (seconds, text) => {
	expect(formatDuration(seconds)).toBe(text);
});

afterEach(() => i18next.changeLanguage('en'));

it('follows the language of the pages', async () => {
	expect(formatNumber(10_000)).toBe('10,000');
	await i18next.changeLanguage('fr');
	expect(formatNumber(10_000)).toBe('10\u202f000');
	expect(formatBytes(1_610_612_736)).toBe('1,5 Gio');
	expect(bytesUnit(3)).toBe('Gio');
});
