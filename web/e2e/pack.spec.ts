import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { violations } from './access';
import { more, openAt } from './browser';
import { idOf } from './client';
import { suite } from './suite';
import { records } from './xapi';

const SECTOR = 2048;

/** An image with a volume descriptor (ECMA-119, 8.4), which names the pack by its publisher and its volume. */
function pack(publisher: string, volume: string): Buffer {
	const image = Buffer.alloc(24 * SECTOR);
	const at = 16 * SECTOR;
	image.write('\x01CD001\x01', at, 'latin1');
	image.write(volume.padEnd(32), at + 40, 'latin1');
	image.write(publisher.padEnd(128), at + 318, 'latin1');
	return image;
}

describe('a supplemental pack', () => {
	const at = suite();

	const ask = async (path: string) => {
		const page = await openAt(at.browser, at.server.url, path);
		await more(page, 'Install a supplemental pack');
		return { page, dialog: page.getByRole('dialog', { name: /^Install a supplemental pack: / }) };
	};
	const send = async (page: Page, name: string, buffer: Buffer) => {
		const dialog = page.getByRole('dialog');
		await dialog.locator('input[type=file]').setInputFiles({ name, mimeType: 'application/octet-stream', buffer });
		await dialog.getByRole('button', { name: 'Install a supplemental pack' }).click();
	};
	/** The packs that each host says it has, by its name. */
	const packs = async () => {
		const hosts = await records(at.server.url, 'host');
		const names = (host: Record<string, unknown>) =>
			Object.keys(Object(host.software_version)).filter((key) => key.startsWith('acme:'));
		return Object.fromEntries(hosts.map((host) => [host.name_label, names(host).sort()]));
	};

	it('is installed on a host, unless it is none', async () => {
		const id = await idOf(at.server.url, 'host', 'xcp-lab-2');
		const { page, dialog } = await ask(`/hosts/${id}`);
		expect(await dialog.getByRole('button', { name: 'Install a supplemental pack' }).isDisabled()).toBe(true);
		expect(await violations(page)).toEqual([]);
		await send(page, 'notes.iso', Buffer.from('not an image'));
		await dialog.getByRole('alert').waitFor();
		expect(await dialog.getByRole('alert').textContent()).toMatch(/^what was sent is no ISO image/);
		await dialog.getByText('notes.iso').waitFor();
		expect((await packs())['xcp-lab-2']).toEqual([]);
		await send(page, 'drivers.iso', pack('acme', 'drivers'));
		await dialog.waitFor({ state: 'detached' });
		expect(await packs()).toEqual({ 'xcp-lab-1': [], 'xcp-lab-2': ['acme:drivers'] });
	});

	it('is sent once for all hosts of a pool', async () => {
		const { page, dialog } = await ask(`/pools/${await idOf(at.server.url, 'pool', 'lab')}`);
		await send(page, 'agents.iso', pack('acme', 'agents'));
		await dialog.waitFor({ state: 'detached' });
		expect(await packs()).toEqual({ 'xcp-lab-1': ['acme:agents'], 'xcp-lab-2': ['acme:agents', 'acme:drivers'] });
	});

	it('that is there already is refused, and the file stays chosen', async () => {
		const { page, dialog } = await ask(`/hosts/${await idOf(at.server.url, 'host', 'xcp-lab-1')}`);
		await send(page, 'agents.iso', pack('acme', 'agents'));
		await dialog.getByRole('alert').filter({ hasText: 'UPDATE_ALREADY_APPLIED' }).waitFor();
		await dialog.getByText('agents.iso').waitFor();
	});
});
