import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { violations } from './access';
import { openVms } from './browser';
import { call, vmId } from './client';
import { suite } from './suite';

describe('imports', () => {
	const at = suite();
	const folder = mkdtempSync(join(tmpdir(), 'xo-e2e-import-'));
	afterAll(() => rmSync(folder, { recursive: true }));

	const open = async (path = '/import') => {
		const page = await openVms(at.browser, at.server.url, { reducedMotion: 'reduce' });
		await page.goto(`${at.server.url}/#${path}`);
		await page.getByRole('heading', { name: 'Import', level: 1 }).waitFor();
		return page;
	};
	const give = (page: Page, ...files: string[]) =>
		page.locator('input[type=file]').setInputFiles(files.map((file) => join(folder, file)));
	const image = (name: string, format: string, ...options: string[]) =>
		execFileSync('qemu-img', ['create', '-q', '-f', format, ...options, join(folder, name), '24M']);
	const line = (page: Page, name: string) =>
		page.getByRole('region', { name: 'Imports' }).getByRole('listitem', { name, exact: true });

	it('make disks of images, several at once', async () => {
		image('one.qcow2', 'qcow2');
		image('two.vhd', 'vpc');
		image('three.raw', 'raw');
		const page = await open();
		await give(page, 'one.qcow2', 'two.vhd', 'three.raw');
		await page.getByRole('listitem', { name: 'two.vhd' }).getByLabel('Name').fill('second');
		expect(await violations(page)).toEqual([]);
		await page.getByRole('button', { name: 'Import 3 files' }).click();
		for (const name of ['one.qcow2', 'two.vhd', 'three.raw']) {
			await line(page, name).getByText('imported', { exact: true }).waitFor();
		}
		expect(await violations(page)).toEqual([]);
		await line(page, 'two.vhd').getByRole('link', { name: 'two.vhd' }).click();
		await page.getByRole('heading', { name: 'second', level: 1 }).waitFor();
	});

	it('make a VM of what a VM was exported to', async () => {
		const id = await vmId(at.server.url, 'sandbox');
		for (const format of ['xva', 'ova']) {
			const offered = (await call(at.server.url, 'vm.export', { vm: id, format })) as { $getFrom: string };
			const response = await fetch(at.server.url + offered.$getFrom);
			writeFileSync(join(folder, `vm.${format}`), new Uint8Array(await response.arrayBuffer()));
		}
		const page = await open();
		await give(page, 'vm.xva', 'vm.ova');
		await page.getByRole('listitem', { name: 'vm.ova' }).getByLabel('Name').fill('rebuilt');
		await page.getByText(/^The file says: sandbox/).waitFor();
		await page.getByRole('button', { name: 'Import 2 files' }).click();
		await line(page, 'vm.xva').getByText('imported', { exact: true }).waitFor();
		await line(page, 'vm.ova').getByRole('link', { name: 'vm.ova' }).click();
		await page.getByRole('heading', { name: 'rebuilt', level: 1 }).waitFor();
	});

	it('say in the words of the server why they failed', async () => {
		writeFileSync(join(folder, 'bad.qcow2'), `QFI\u00fb${'no image '.repeat(300)}`, 'latin1');
		const page = await open();
		await give(page, 'bad.qcow2');
		await page.getByRole('button', { name: 'Import 1 file' }).click();
		await line(page, 'bad.qcow2')
			.getByRole('alert')
			.filter({ hasText: /cannot be read/ })
			.waitFor();
		expect(await violations(page)).toEqual([]);
	});

	it('are cancelled on their way', async () => {
		writeFileSync(join(folder, 'large.raw'), '');
		truncateSync(join(folder, 'large.raw'), 40 * 2 ** 30);
		const page = await open();
		await give(page, 'large.raw');
		await page.getByRole('button', { name: 'Import 1 file' }).click();
		await line(page, 'large.raw').getByRole('progressbar').waitFor();
		await page.getByRole('button', { name: 'Cancel large.raw' }).click();
		await line(page, 'large.raw').getByText('cancelled', { exact: true }).waitFor();
	});

	it('send an ISO image to the storage from whose page somebody comes', async () => {
		const found = Object(await call(at.server.url, 'xo.getAllObjects', { filter: 'type:SR name_label:"ISO library"' }));
		const [sr] = Object.keys(found);
		writeFileSync(
			join(folder, 'tiny.iso'),
			Buffer.concat([Buffer.alloc(32_769), Buffer.from('CD001'), Buffer.alloc(32_762)]),
		);
		const page = await openVms(at.browser, at.server.url, { reducedMotion: 'reduce' });
		await page.goto(`${at.server.url}/#/srs/${sr}/disks`);
		await page.getByRole('heading', { name: 'ISO library', level: 1 }).waitFor();
		await page.getByRole('button', { name: 'Import', exact: true }).click();
		await give(page, 'tiny.iso');
		await page.getByRole('combobox', { name: 'Storage of ISO images' }).waitFor();
		await page.getByRole('button', { name: 'Import 1 file' }).click();
		await line(page, 'tiny.iso').getByText('imported', { exact: true }).waitFor();
	});
});
