import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { violations } from './access';
import { openVms, row } from './browser';
import { call, vmId } from './client';
import { startDemo } from './server';
import { suite } from './suite';

async function choose(page: Page, field: string, option: RegExp): Promise<void> {
	await page.getByRole('dialog').getByRole('combobox', { name: field, exact: true }).click();
	await page.getByRole('option', { name: option }).first().click();
}

async function vm(url: string, id: string): Promise<Record<string, unknown>> {
	const found = (await call(url, 'xo.getAllObjects', { filter: { id } })) as Record<string, Record<string, unknown>>;
	return found[id] ?? {};
}

describe('migration', () => {
	const at = suite(() => startDemo('two-pools'));

	it('moves a VM within its pool, and says before what would happen', async () => {
		const page = await openVms(at.browser, at.server.url);
		await row(page, 'shop-app-1').getByRole('checkbox').click();
		await page.getByRole('button', { name: 'Migrate' }).click();
		await page.getByText('Choose a host to see what would happen.').waitFor();
		await choose(page, 'Host', /^north-2/);
		await page.getByText(/would be moved while it runs/).waitFor();
		expect(await violations(page)).toEqual([]);
		await page.getByRole('button', { name: 'Migrate: shop-app-1' }).click();
		await row(page, 'shop-app-1').getByText('north-2').waitFor();
	});

	it('begins with VMs that are dragged onto a host in the tree, from the list or from the tree', async () => {
		const page = await openVms(at.browser, at.server.url);
		await page.getByRole('button', { name: 'Show the tree' }).click();
		const tree = page.getByRole('navigation', { name: 'Tree' });
		const node = (name: string) => tree.getByRole('link', { name: new RegExp(`^${name}\\b`) });
		const takers = tree.locator('[data-takes]');
		const dialog = page.getByRole('dialog');
		const isAsked = async (title: string, host: string) => {
			await page.getByRole('dialog', { name: title }).waitFor();
			const box = dialog.getByRole('combobox', { name: 'Host', exact: true });
			await expect.poll(() => box.inputValue()).toBe(host);
			await dialog.getByRole('button', { name: 'Cancel' }).click();
			await dialog.waitFor({ state: 'detached' });
		};
		const place = async (name: string) => (await vm(at.server.url, await vmId(at.server.url, name))).$container;
		const before = await place('files');
		const name = (vm: string) => row(page, vm).getByRole('link', { name: vm });
		await node('north-2').waitFor();
		await name('files').dragTo(node('north-2'));
		await isAsked('Migrate: files?', 'north-2');
		expect(await takers.count()).toBe(0);

		// All that is selected, and hosts that take none of it are not marked.
		await row(page, 'files').getByRole('checkbox').click();
		await row(page, 'shop-db').getByRole('checkbox').click();
		await name('shop-db').hover();
		await page.mouse.down();
		await node('north-2').hover();
		await node('north-2').hover();
		await takers.first().waitFor();
		expect(await violations(page)).toEqual([]);
		await page.mouse.up();
		await isAsked('Migrate: 2 VMs?', 'north-2');

		await tree.getByRole('button', { name: /north-1/ }).click();
		const below = tree.getByRole('link', { name: 'files' });
		await below.waitFor();
		await below.dragTo(node('north-2'));
		await isAsked('Migrate: files?', 'north-2');
		// Where it runs already it is not dropped.
		await below.hover();
		await page.mouse.down();
		await node('north-1').hover();
		await node('north-1').hover();
		await takers.first().waitFor();
		expect(await takers.filter({ hasText: 'north-1' }).count()).toBe(0);
		await page.mouse.up();
		expect(await dialog.count()).toBe(0);
		expect(await place('files')).toBe(before);
	});

	it('says why a VM cannot move, and moves it with its disks and networks to another pool when told to', async () => {
		const page = await openVms(at.browser, at.server.url);
		const id = await vmId(at.server.url, 'shop-app-2');
		await page.goto(`${at.server.url}/#/vms/${id}`);
		await page.getByRole('button', { name: 'Migrate' }).click();
		await choose(page, 'Host', /^branch-1/);
		const dialog = page.getByRole('dialog', { name: 'Migrate: shop-app-2?' });
		await dialog.getByText(/different vendor/).waitFor();
		expect(await dialog.getByRole('button', { name: 'Migrate: shop-app-2' }).isDisabled()).toBe(true);
		await dialog.getByText('Choose for each disk').click();
		await choose(page, 'Network of interface 0 of shop-app-2', /eth0/);
		await dialog.getByRole('switch', { name: 'Even to another kind of processor' }).click();
		await dialog.getByText(/would be moved with its disks/).waitFor();
		await dialog.getByRole('button', { name: 'Migrate: shop-app-2' }).click();
		await page.goto(`${at.server.url}/#/vms`);
		await row(page, 'shop-app-2').getByText('branch-1').waitFor();
		const moved = await vmId(at.server.url, 'shop-app-2');
		const [branch] = Object.keys(
			Object(await call(at.server.url, 'xo.getAllObjects', { filter: { type: 'pool', name_label: 'branch' } })),
		);
		expect((await vm(at.server.url, moved)).$pool).toBe(branch);
	});

	it('moves several at once, and leaves alone what cannot move', async () => {
		const page = await openVms(at.browser, at.server.url);
		for (const name of ['shop-db', 'staging', 'cash-desk']) await row(page, name).getByRole('checkbox').click();
		await page.getByRole('button', { name: /^Migrate/ }).click();
		await choose(page, 'Host', /^north-1/);
		const dialog = page.getByRole('dialog', { name: 'Migrate: 3 VMs?' });
		await dialog.getByRole('rowheader', { name: 'staging' }).waitFor();
		const button = dialog.getByRole('button', { name: /^Migrate: / });
		await dialog.getByText(/ can be acted on/).waitFor();
		await button.click();
		await row(page, 'shop-db').getByText('north-1').waitFor();
	});
});
