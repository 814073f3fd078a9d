import { expect, it } from 'vitest';
import { addressesOf, MAC } from './addresses';

it('sorts addresses by their kind', () => {
	expect(addressesOf('10.0.0.1, fe80::1 192.168.1.255')).toEqual({
		ipv4: ['10.0.0.1', '192.168.1.255'],
		ipv6: ['fe80::1'],
		bad: undefined,
	});
	expect(addressesOf('')).toEqual({ ipv4: [], ipv6: [], bad: undefined });
});

it.each(['10.0.0', '10.0.0.256', 'gate', '10.0.0.1.'])('takes %s for none', (text) => {
	expect(addressesOf(text).bad).toBe(text);
});

it('knows a MAC address', () => {
	expect(MAC.test('00:16:3e:12:34:56')).toBe(true);
	expect(MAC.test('00-16-3e-12-34-56')).toBe(false);
});
