import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { violations } from './access';
import { openVms } from './browser';
import { call, vmId } from './client';
import { suite } from './suite';

describe('disks', () => {
	const at = suite();
	const folder = mkdtempSync(join(tmpdir(), 'xo-e2e-disk-'));
	afterAll(() => rmSync(folder, { recursive: true }));

	const openDisks = async (name: string, page?: Page) => {
		const shown = page ?? (await openVms(at.browser, at.server.url, { reducedMotion: 'reduce' }));
		await shown.goto(`${at.server.url}/#/vms/${await vmId(at.server.url, name)}/disks`);
		await grid(shown).locator('[role=row][aria-label]').first().waitFor();
		return shown;
	};
	const grid = (page: Page) => page.getByRole('grid', { name: 'Disks and drives' });
	const drive = (page: Page, disk: string) => grid(page).getByRole('row').filter({ hasText: disk });
	const choose = async (page: Page, label: string, option: RegExp) => {
		await page.getByRole('combobox', { name: label }).click();
		await page.getByRole('option', { name: option }).click();
	};
	const act = async (page: Page, disk: string, action: string) => {
		await drive(page, disk)
			.getByRole('button', { name: /^Actions on/ })
			.click();
		await page.getByRole('menuitem', { name: action, exact: true }).click();
	};
	const object = async (filter: string) => {
		const found = Object.values(Object(await call(at.server.url, 'xo.getAllObjects', { filter })));
		return found[0] as Record<string, unknown> | undefined;
	};

	it('are made for a VM, detached and attached again', async () => {
		const page = await openDisks('web-1');
		await page.getByRole('button', { name: 'New disk' }).click();
		const dialog = page.getByRole('dialog', { name: 'New disk' });
		await dialog.getByLabel('Name').fill('logs');
		await dialog.getByLabel('Size', { exact: true }).fill('3');
		expect(await violations(page)).toEqual([]);
		await dialog.getByRole('button', { name: 'Create' }).click();
		await drive(page, 'logs').filter({ hasText: '3 GiB' }).waitFor();
		await drive(page, 'logs').getByText('yes', { exact: true }).waitFor();
		await act(page, 'logs', 'Disconnect');
		await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click();
		await drive(page, 'logs').getByText('yes', { exact: true }).waitFor({ state: 'detached' });
		await act(page, 'logs', 'Detach');
		await page.getByRole('dialog').getByRole('button', { name: 'Detach' }).click();
		await drive(page, 'logs').waitFor({ state: 'detached' });
		await page.getByRole('button', { name: 'Attach a disk' }).click();
		await choose(page, 'Disk', /^logs/);
		await page.getByRole('dialog').getByRole('button', { name: 'Attach' }).click();
		await drive(page, 'logs').waitFor();
	});

	it('are renamed and enlarged in the details of their drive, and boot or not', async () => {
		const page = await openDisks('mail-old');
		await drive(page, 'mail-old system').click();
		const details = page.getByRole('complementary');
		await details.getByRole('button', { name: 'Change: Name' }).click();
		await details.getByRole('textbox', { name: 'Name' }).fill('old system');
		await page.keyboard.press('Enter');
		await drive(page, 'old system').waitFor();
		await details.getByRole('button', { name: 'Enlarge' }).click();
		await details.getByLabel('New size', { exact: true }).fill('400');
		await details.getByRole('button', { name: 'Enlarge' }).click();
		await drive(page, 'old system').filter({ hasText: '400 GiB' }).waitFor();
		await details.getByRole('switch', { name: 'Boots' }).press('Space');
		await details.getByRole('switch', { name: 'Boots', checked: false }).waitFor();
		expect(await violations(page)).toEqual([]);
	});

	it('move to another storage while their VM runs', async () => {
		const page = await openDisks('web-1');
		await act(page, 'web-1 system', 'Move');
		await choose(page, 'To', /xcp-lab-1/);
		await page.getByRole('dialog').getByRole('button', { name: 'Move' }).click();
		await drive(page, 'web-1 system').filter({ hasText: 'Local storage' }).waitFor();
	});

	it('are downloaded in the form of another program', async () => {
		const sr = await object('type:SR name_label:"NFS storage"');
		const size = 64 * 2 ** 20;
		const id = String(await call(at.server.url, 'disk.create', { name: 'source', size, sr: sr?.id }));
		const page = await openVms(at.browser, at.server.url, { reducedMotion: 'reduce' });
		await page.goto(`${at.server.url}/#/vdis/${id}`);
		await page.getByRole('button', { name: 'Export', exact: true }).click();
		await page.getByRole('combobox', { name: 'Format' }).selectOption('QCOW2');
		const begun = page.waitForEvent('download');
		await page.getByRole('button', { name: 'Download' }).click();
		const download = await begun;
		const path = join(folder, 'out.qcow2');
		await download.saveAs(path);
		const info = JSON.parse(String(execFileSync('qemu-img', ['info', '--output=json', path])));
		expect(info).toMatchObject({ format: 'qcow2', 'virtual-size': size });
	});

	it('take the content of a file', async () => {
		const file = join(folder, 'in.qcow2');
		execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', file, '64M']);
		const sr = await object('type:SR name_label:"NFS storage"');
		const id = String(await call(at.server.url, 'disk.create', { name: 'target', size: 64 * 2 ** 20, sr: sr?.id }));
		const page = await openVms(at.browser, at.server.url, { reducedMotion: 'reduce' });
		await page.goto(`${at.server.url}/#/vdis/${id}`);
		await page.getByRole('button', { name: 'More' }).click();
		await page.getByRole('menuitem', { name: 'Overwrite by a file' }).click();
		await page.locator('input[type=file]').setInputFiles(file);
		await page
			.getByRole('combobox', { name: 'Format' })
			.locator('option:checked', { hasText: 'QCOW2' })
			.waitFor({ state: 'attached' });
		await page.getByRole('button', { name: 'Overwrite', exact: true }).click();
		await page.getByText('Wrote target').waitFor();
	});

	it('are discs in a drive, too', async () => {
		const page = await openDisks('new-server');
		await page.getByRole('button', { name: 'Insert a disc' }).click();
		await choose(page, 'Disc', /debian/i);
		await page.getByRole('dialog').getByRole('button', { name: 'Insert' }).click();
		await drive(page, 'debian').waitFor();
		await act(page, 'debian', 'Eject');
		await drive(page, 'empty').waitFor();
	});

	it('say on their own page which VMs have them', async () => {
		const disk = await object('type:VDI name_label:"web-2 system"');
		const page = await openVms(at.browser, at.server.url, { reducedMotion: 'reduce' });
		await page.goto(`${at.server.url}/#/vdis/${disk?.id}`);
		await page.getByRole('link', { name: 'web-2', exact: true }).waitFor();
		expect(await violations(page)).toEqual([]);
	});
});
