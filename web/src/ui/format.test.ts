import { expect, it } from 'vitest';
import { count, formatBytes, formatDuration } from './format';

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
	[0.4, '0 s'],
	[59, '59 s'],
	[61, '1 min'],
	[7200, '2 h'],
	[200_000, '2 d'],
])('%d seconds are %s', (seconds, text) => {
	expect(formatDuration(seconds)).toBe(text);
});

it('counts in one and many', () => {
	expect(count(1, 'VM')).toBe('1 VM');
	expect(count(10_000, 'VM')).toBe('10\u202f000 VMs');
});
