import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { violations } from './access';
import { openVms } from './browser';
import { call } from './client';
import { suite } from './suite';

describe('storage', () => {
	const at = suite();

	const open = async (path: string) => {
		const page = await openVms(at.browser, at.server.url, { reducedMotion: 'reduce' });
		await page.goto(`${at.server.url}/#${path}`);
		return page;
	};
	const object = async (filter: string) => {
		const found = Object.values(Object(await call(at.server.url, 'xo.getAllObjects', { filter })));
		return found[0] as Record<string, string> | undefined;
	};
	const title = (page: Page, name: string) => page.getByRole('heading', { name, level: 1 }).waitFor();
	const more = async (page: Page, action: string) => {
		await page.getByRole('button', { name: 'More' }).click();
		await page.getByRole('menuitem', { name: action }).click();
	};

	it('is made on a share that the server tells of', async () => {
		const page = await open('/srs');
		await page.getByRole('button', { name: 'New storage' }).click();
		await page.getByRole('radio', { name: /^NFS/ }).check();
		await page.getByRole('textbox', { name: 'Server' }).fill('nas2');
		await page.getByRole('button', { name: 'Find shares' }).click();
		await page.getByRole('radio', { name: /volume2/ }).check();
		await page.getByText('There is no storage repository yet').waitFor();
		await page.getByRole('textbox', { name: 'Name' }).fill('second nas');
		expect(await violations(page)).toEqual([]);
		await page.getByRole('button', { name: 'Create the storage' }).click();
		await title(page, 'second nas');
		await page.getByRole('link', { name: 'Connected hosts' }).click();
		await page.getByRole('grid', { name: 'Connected hosts' }).getByText('server=nas2').first().waitFor();
	});

	it('is forgotten, found again and attached with what is on it', async () => {
		const sr = await object('type:SR name_label:"second nas"');
		const page = await open(`/srs/${sr?.id}`);
		await more(page, 'Forget');
		const dialog = page.getByRole('dialog');
		await dialog.getByRole('textbox').fill('second nas');
		await dialog.getByRole('button', { name: 'Forget' }).click();
		await page.getByText('This is gone').waitFor();
		await page.goto(`${at.server.url}/#/new/sr`);
		await page.getByRole('radio', { name: /^NFS/ }).check();
		await page.getByRole('textbox', { name: 'Server' }).fill('nas2');
		await page.getByRole('button', { name: 'Find shares' }).click();
		await page.getByRole('radio', { name: /volume2/ }).check();
		await page.getByRole('radio', { name: new RegExp(`^Attach ${sr?.id}`) }).check();
		await page.getByRole('textbox', { name: 'Name' }).fill('nas again');
		await page.getByRole('button', { name: 'Attach the storage' }).click();
		await title(page, 'nas again');
		expect(page.url()).toContain(sr?.id);
	});

	it('on a LUN is formatted only after a question that names it', async () => {
		const page = await open('/new/sr');
		await page.getByRole('radio', { name: /^iSCSI/ }).check();
		await page.getByLabel('Address of the target').fill('10.0.0.6');
		await page.getByRole('button', { name: 'Find targets' }).click();
		await page.getByRole('radio', { name: /array.north/ }).check();
		await page.getByRole('radio', { name: /^LUN 1/ }).check();
		await page.getByText('There is no storage repository yet').waitFor();
		await page.getByRole('textbox', { name: 'Name' }).fill('lun one');
		expect(await violations(page)).toEqual([]);
		await page.getByRole('button', { name: 'Format and create' }).click();
		const dialog = page.getByRole('dialog', { name: /^Format 3600/ });
		await dialog.getByText('All that is on it is lost').waitFor();
		await dialog.getByRole('button', { name: 'Format and create' }).click();
		await title(page, 'lun one');
	});

	it('that does not answer says so in the words of the host', async () => {
		const page = await open('/new/sr');
		await page.getByRole('radio', { name: /^NFS/ }).check();
		await page.getByRole('textbox', { name: 'Server' }).fill('192.0.2.1');
		await page.getByRole('button', { name: 'Find shares' }).click();
		await page.getByRole('alert').filter({ hasText: 'Unable to detect an NFS service' }).waitFor();
	});

	it('on a disk of a host does not offer those in use', async () => {
		const page = await open('/new/sr');
		await page.getByRole('radio', { name: /^Local, ext4/ }).check();
		await page.getByRole('radio', { name: /sda/ }).waitFor();
		expect(await page.getByRole('radio', { name: /sda/ }).isDisabled()).toBe(true);
		expect(await page.getByRole('radio', { name: /sdb/ }).isDisabled()).toBe(false);
		expect(await violations(page)).toEqual([]);
	});

	it('tells its usage and what is largest, becomes the default, and is taken out of service', async () => {
		const sr = await object('type:SR name_label:"NFS storage"');
		const page = await open(`/srs/${sr?.id}`);
		await page.getByRole('region', { name: 'Usage' }).getByText('4 TiB').waitFor();
		await page.getByRole('region', { name: 'Largest' }).getByRole('listitem').first().waitFor();
		expect(await violations(page)).toEqual([]);
		await more(page, 'Maintenance mode');
		const dialog = page.getByRole('dialog');
		await dialog.getByText(/VMs are shut down/).waitFor();
		await dialog.getByRole('link', { name: 'web-1' }).waitFor();
		expect(await violations(page)).toEqual([]);
		await dialog.getByRole('button', { name: 'Maintenance mode' }).click();
		await page.getByText('It is out of service for maintenance').waitFor();
		await more(page, 'Back into service');
		await page.getByText('It is out of service for maintenance').waitFor({ state: 'detached' });
		const local = await object('type:SR name_label:"Local storage" SR_type:ext');
		await page.goto(`${at.server.url}/#/srs/${local?.id}`);
		await more(page, 'Make it the default');
		await page.getByText('Local storage is the default').waitFor();
	});

	it('is connected to and disconnected from a host', async () => {
		const sr = await object('type:SR name_label:"nas again"');
		const page = await open(`/srs/${sr?.id}/hosts`);
		const row = page.getByRole('grid', { name: 'Connected hosts' }).getByRole('row').filter({ hasText: 'xcp-lab-2' });
		await row.getByRole('button', { name: /^Actions on/ }).click();
		await page.getByRole('menuitem', { name: 'Disconnect', exact: true }).click();
		await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click();
		await row.getByText('no', { exact: true }).waitFor();
		expect(await violations(page)).toEqual([]);
	});
});
