import { describe, expect, it } from 'vitest';
import { violations } from './access';
import { openVms } from './browser';
import { call, vmId } from './client';
import { suite } from './suite';

describe('the snapshots of a VM', () => {
	const at = suite();

	it('are taken with a name and with memory, and stand below those they descend from', async () => {
		const id = await vmId(at.server.url, 'db-1');
		const page = await openVms(at.browser, at.server.url);
		await page.goto(`${at.server.url}/#/vms/${id}/snapshots`);
		const tree = page.getByRole('list', { name: 'Snapshots' });
		await page.getByRole('main').getByRole('button', { name: 'Take snapshot' }).click();
		const dialog = page.getByRole('dialog', { name: 'Snapshot of db-1' });
		await dialog.getByRole('textbox', { name: 'Name' }).fill('before the update');
		await dialog.getByRole('switch', { name: 'With its memory' }).click();
		await dialog.getByRole('button', { name: 'Take snapshot' }).click();
		const taken = tree.getByRole('region', { name: 'before the update' });
		await taken.getByText(/^memory, /).waitFor();
		await tree.getByText('db-1 now').waitFor();
		await call(at.server.url, 'vm.snapshot', { id, name: 'from elsewhere' });
		await tree
			.getByRole('listitem')
			.filter({ has: page.getByRole('region', { name: 'before the update' }) })
			.getByRole('region', { name: 'from elsewhere' })
			.waitFor();
		expect(await violations(page)).toEqual([]);
	});

	it('are renamed in their place, and take the VM back after a snapshot of what it is', async () => {
		const id = await vmId(at.server.url, 'web-1');
		await call(at.server.url, 'vm.snapshot', { id, name: 'old' });
		const page = await openVms(at.browser, at.server.url);
		await page.goto(`${at.server.url}/#/vms/${id}/snapshots`);
		const tree = page.getByRole('list', { name: 'Snapshots' });
		await tree.getByRole('region', { name: 'old' }).getByRole('button', { name: 'Change: Name' }).click();
		await page.getByRole('textbox', { name: 'Name' }).fill('good');
		await page.keyboard.press('Enter');
		const good = tree.getByRole('region', { name: 'good' });
		await good.getByRole('button', { name: 'Revert the VM' }).click();
		const dialog = page.getByRole('dialog', { name: 'Revert web-1 to “good”?' });
		expect(await dialog.getByRole('switch', { name: 'Take a snapshot of it first' }).isChecked()).toBe(true);
		await dialog.getByRole('button', { name: 'Revert the VM' }).click();
		await page.getByText('Reverted to good').waitFor();
		await tree.getByRole('region').nth(1).waitFor();
	});

	it('are deleted after a question', async () => {
		const id = await vmId(at.server.url, 'web-2');
		await call(at.server.url, 'vm.snapshot', { id, name: 'of no use' });
		const page = await openVms(at.browser, at.server.url);
		await page.goto(`${at.server.url}/#/vms/${id}/snapshots`);
		const snapshot = page.getByRole('region', { name: 'of no use' });
		await snapshot.getByRole('button', { name: 'Delete' }).click();
		await page.getByRole('dialog', { name: 'Delete: of no use?' }).getByRole('button', { name: 'Delete' }).click();
		await snapshot.waitFor({ state: 'detached' });
	});
});
