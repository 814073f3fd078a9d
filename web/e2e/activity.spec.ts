import type { Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { violations } from './access';
import { openVms } from './browser';
import { call, vmId } from './client';
import { suite } from './suite';

describe('the activity of an object', () => {
	const at = suite();
	let page: Page;
	afterEach(async () => {
		await page?.context().close();
	});
	const items = () => page.getByRole('list', { name: 'Activity' }).locator('> li');

	it('tells what happens as it happens: calls, messages, changes', async () => {
		page = await openVms(at.browser, at.server.url);
		const id = await vmId(at.server.url, 'sandbox');
		await page.goto(`${at.server.url}/#/vms/${id}/logs`);
		await page.getByText('Nothing is known to have happened to it').waitFor();
		await call(at.server.url, 'vm.start', { id });
		await items().filter({ hasText: 'Start by admin@admin.net' }).waitFor();
		await items().filter({ hasText: 'VM started' }).waitFor();
		await items()
			.filter({ hasText: /power_state Halted → Running/ })
			.waitFor();
		await call(at.server.url, 'vm.start', { id }).catch(() => undefined);
		await items().filter({ hasText: 'Failed:' }).waitFor();
		expect(await violations(page)).toEqual([]);
	});

	it('is narrowed by words and by what it is', async () => {
		page = await openVms(at.browser, at.server.url);
		const id = await vmId(at.server.url, 'web-1');
		await call(at.server.url, 'vm.set', { id, name_description: 'as it was' });
		await call(at.server.url, 'vm.snapshot', { id });
		await page.goto(`${at.server.url}/#/vms/${id}/logs`);
		await items().filter({ hasText: 'Take snapshot' }).waitFor();
		await page.getByRole('textbox', { name: 'Filter by words' }).fill('as it was admin');
		await items().filter({ hasText: 'Take snapshot' }).waitFor({ state: 'detached' });
		await items().filter({ hasText: 'Change settings by admin@admin.net' }).waitFor();
		await page.getByRole('textbox', { name: 'Filter by words' }).fill('');
		await page.getByRole('button', { name: /^Who did what/ }).click();
		await items().filter({ hasText: 'Change settings' }).waitFor({ state: 'detached' });
		await items().filter({ hasText: 'VM snapshotted' }).waitFor();
	});

	it('lets a message be deleted', async () => {
		page = await openVms(at.browser, at.server.url);
		const id = await vmId(at.server.url, 'db-1');
		await call(at.server.url, 'vm.snapshot', { id });
		await page.goto(`${at.server.url}/#/vms/${id}/logs`);
		await page.getByRole('button', { name: 'Delete: VM snapshotted' }).click();
		await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
		await items().filter({ hasText: 'VM snapshotted' }).waitFor({ state: 'detached' });
	});
});
