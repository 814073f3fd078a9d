import { expect, it } from 'vitest';
import { nameOf, sniff } from './sniff';

const file = (name: string, text: string, at = 0) => {
	const bytes = new Uint8Array(at + text.length + 600);
	for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
	return new File([bytes], name);
};

it.each([
	['disk.bin', 'QFI\xfb', 0, 'qcow2'],
	['disk', 'conectix', 0, 'vhd'],
	['disk.img', 'KDMV', 0, 'vmdk'],
	['debian', 'CD001', 32_769, 'iso'],
	['vm', 'ova.xml', 0, 'xva'],
	['vm', 'ustar', 257, 'ova'],
	['vm.xva.gz', '\x1f\x8b', 0, 'xva'],
	['vm.ova.gz', '\x1f\x8b', 0, 'ova'],
	['disk.raw', 'anything', 0, 'raw'],
	['disk.vhdx', 'vhdxfile', 0, 'vhdx'],
	['notes.txt', 'hello', 0, 'unknown'],
])('knows %s by %j', async (name, mark, at, format) => {
	expect(await sniff(file(name, mark, at))).toBe(format);
});

it('knows a VHD of fixed size by its end', async () => {
	const bytes = new Uint8Array(2048);
	for (const [i, letter] of [...'conectix'].entries()) bytes[1536 + i] = letter.charCodeAt(0);
	expect(await sniff(new File([bytes], 'disk'))).toBe('vhd');
});

it.each([
	['web.ova', 'web'],
	['web.xva.gz', 'web'],
	['debian-13.iso', 'debian-13.iso'],
	['disk.v2.qcow2', 'disk.v2'],
])('calls %s %s', (name, called) => {
	expect(nameOf(name)).toBe(called);
});
