import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { violations } from './access';
import { openVms, row } from './browser';
import { call, vmId } from './client';
import { suite } from './suite';

async function openMenu(page: Page, url: string, name: string, action: string): Promise<string> {
	const id = await vmId(url, name);
	await page.goto(`${url}/#/vms/${id}`);
	await page.getByRole('button', { name: 'More' }).click();
	await page.getByRole('menuitem', { name: action, exact: true }).click();
	return id;
}

describe('what is made of a VM', () => {
	const at = suite();

	it('is a copy that shares its disks', async () => {
		const page = await openVms(at.browser, at.server.url);
		await openMenu(page, at.server.url, 'sandbox', 'Copy');
		const dialog = page.getByRole('dialog', { name: 'Copy: sandbox?' });
		await dialog.getByRole('textbox', { name: 'Name' }).fill('sandbox-2');
		await dialog.getByText(/would be cloned/).waitFor();
		expect(await violations(page)).toEqual([]);
		await dialog.getByRole('button', { name: 'Copy: sandbox' }).click();
		await page.goto(`${at.server.url}/#/vms`);
		await row(page, 'sandbox-2').waitFor();
	});

	it('is a copy with disks of its own, also while it runs', async () => {
		const page = await openVms(at.browser, at.server.url);
		await openMenu(page, at.server.url, 'web-1', 'Copy');
		const dialog = page.getByRole('dialog', { name: 'Copy: web-1?' });
		await dialog.getByRole('combobox', { name: 'Storage' }).click();
		await page.getByRole('option', { name: /^NFS storage/ }).click();
		await dialog.getByText(/would be copied/).waitFor();
		await dialog.getByRole('button', { name: 'Copy: web-1' }).click();
		await page.goto(`${at.server.url}/#/vms`);
		await row(page, 'web-1 copy').waitFor();
	});

	it('is a file for the browser', async () => {
		const page = await openVms(at.browser, at.server.url);
		await openMenu(page, at.server.url, 'sandbox', 'Export');
		const [download] = await Promise.all([
			page.waitForEvent('download'),
			page.getByRole('dialog').getByRole('button', { name: 'Export' }).click(),
		]);
		expect(download.suggestedFilename()).toMatch(/sandbox.*\.xva/);
		await download.cancel();
	});

	it('is a template, of which a VM is made', async () => {
		const page = await openVms(at.browser, at.server.url);
		await openMenu(page, at.server.url, 'legacy-crm', 'Convert to a template');
		await page.getByRole('dialog').getByRole('button', { name: 'Convert to a template' }).click();
		await page.goto(`${at.server.url}/#/templates?s=legacy-crm`);
		const templates = page.getByRole('grid', { name: 'Templates' });
		await templates.getByRole('row', { name: 'legacy-crm' }).getByRole('checkbox').click();
		await page.getByRole('button', { name: 'New VM' }).first().click();
		await page.getByRole('textbox', { name: 'Name' }).first().fill('crm-again');
		await page.getByRole('switch', { name: 'Start when made' }).waitFor();
		await page.getByRole('button', { name: 'Create', exact: true }).click();
		await page.getByRole('heading', { name: 'crm-again', level: 1 }).waitFor();
	});

	it('is nothing: it is deleted, and a disk that is to stay stays', async () => {
		const page = await openVms(at.browser, at.server.url);
		const id = await vmId(at.server.url, 'web-2');
		await call(at.server.url, 'vm.stop', { id, force: true });
		const disks = (await call(at.server.url, 'xo.getAllObjects', { filter: { type: 'VBD', VM: id } })) as object;
		const vdi = Object.values(disks).find(({ is_cd_drive }) => !is_cd_drive).VDI;
		await openMenu(page, at.server.url, 'web-2', 'Delete');
		const dialog = page.getByRole('dialog', { name: 'Delete: web-2?' });
		await dialog.getByRole('group', { name: 'Disks to delete with it' }).getByRole('checkbox').first().click();
		await dialog.getByRole('button', { name: 'Delete' }).click();
		await row(page, 'web-2').waitFor({ state: 'detached' });
		expect(Object.keys(Object(await call(at.server.url, 'xo.getAllObjects', { filter: { id: vdi } })))).toEqual([vdi]);
	});
});
