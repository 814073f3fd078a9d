import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { violations } from './access';
import { openVms } from './browser';
import { call, vmId } from './client';
import { suite } from './suite';

async function openConfig(page: Page, url: string, name: string): Promise<string> {
	const id = await vmId(url, name);
	await page.goto(`${url}/#/vms/${id}/advanced`);
	await page.getByRole('heading', { name: 'Resources' }).waitFor();
	return id;
}

async function vm(url: string, id: string): Promise<Record<string, unknown>> {
	const found = (await call(url, 'xo.getAllObjects', { filter: { id } })) as Record<string, Record<string, unknown>>;
	return found[id] ?? {};
}

describe('the configuration of a VM', () => {
	const at = suite();

	it('is changed in its place, and shows what the server says', async () => {
		const page = await openVms(at.browser, at.server.url);
		const id = await openConfig(page, at.server.url, 'mail-old');
		await page.getByRole('button', { name: 'Change: Most vCPUs' }).click();
		await page.getByRole('textbox', { name: 'Most vCPUs' }).fill('8');
		await page.keyboard.press('Enter');
		await page.getByText('2 × 4 cores').waitFor({ state: 'attached' });
		await page.getByRole('button', { name: 'Change: RAM' }).click();
		await page.getByRole('textbox', { name: 'RAM' }).fill('3');
		await page.getByRole('button', { name: 'Save' }).click();
		await page.getByText('3 GiB').first().waitFor();
		await page.getByRole('switch', { name: 'From being moved' }).click();
		await page.getByRole('button', { name: 'Try Disk later' }).click();
		await page.getByRole('button', { name: 'Try Disk earlier' }).click({ trial: true });
		await page.getByRole('switch', { name: 'From being moved', checked: true }).waitFor();
		const changed = await vm(at.server.url, id);
		expect(changed).toMatchObject({ CPUs: { max: 8 }, memory: { size: 3 * 2 ** 30 } });
		expect(changed.blockedOperations).toHaveProperty('pool_migrate');
		expect(Object(changed.boot).order).toMatch(/^[^c]/);
		expect(await violations(page)).toEqual([]);
	});

	it('says why a VM that runs cannot be changed', async () => {
		const page = await openVms(at.browser, at.server.url);
		await openConfig(page, at.server.url, 'db-1');
		expect(await page.getByRole('button', { name: 'Change: Most vCPUs' }).isDisabled()).toBe(true);
		await page.getByText('Shut it down first').first().waitFor();
	});

	it('keeps notes, custom fields and data of the XenStore, and follows other clients', async () => {
		const page = await openVms(at.browser, at.server.url);
		const id = await openConfig(page, at.server.url, 'sandbox');
		await page.getByRole('button', { name: 'Change: Notes' }).click();
		await page.getByRole('textbox', { name: 'Notes' }).fill('**Ask** the [team](https://example.org) first');
		await page.getByRole('button', { name: 'Save' }).click();
		await page.getByRole('link', { name: 'team' }).waitFor();
		const fields = page.getByRole('region', { name: 'Custom fields' });
		await fields.getByRole('button', { name: 'Add' }).click();
		await fields.getByRole('textbox', { name: 'Name' }).fill('owner');
		await fields.getByRole('textbox', { name: 'Value' }).fill('ops');
		await page.keyboard.press('Enter');
		await fields.getByText('ops').waitFor();
		await call(at.server.url, 'vm.set', { id, xenStoreData: { role: 'cache' } });
		const store = page.getByRole('region', { name: 'XenStore data' });
		await store.getByText('cache').waitFor();
		await store.getByRole('button', { name: 'Remove role' }).click();
		await store.getByText('cache').waitFor({ state: 'detached' });
	});
});
