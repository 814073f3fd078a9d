import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { violations } from './access';
import { launch, openPage, openVms, rows, signIn } from './browser';
import { call, vmId } from './client';
import { type Running, startEmpty, startPool } from './server';
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

/** Calls a pool as another program does that knows its password. */
async function atPool(url: string, method: string, params: readonly unknown[]): Promise<string> {
	const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
	const response = await fetch(`${url}/jsonrpc`, { method: 'POST', body });
	const { result, error } = (await response.json()) as { result?: string; error?: { message: string } };
	if (result === undefined) throw new Error(`${method}: ${error?.message}`);
	return result;
}

describe('an alarm of a VM', () => {
	let server: Awaited<ReturnType<typeof startEmpty>>;
	let pool: Running;
	let browser: Browser;
	beforeAll(async () => {
		[server, pool, browser] = await Promise.all([startEmpty(), startPool(), launch()]);
	});
	afterAll(async () => {
		await browser?.close();
		await server?.stop();
		await pool?.stop();
	});

	it('is told in words when it comes, and is acknowledged with who did', async () => {
		const page = await openPage(browser, server.url);
		await signIn(page, { email: 'admin@admin.net', password: server.password });
		await page.goto(`${server.url}/#/servers?add=yes`);
		const dialog = page.getByRole('dialog', { name: 'Connect a pool' });
		await dialog.getByLabel('Address').fill(pool.url);
		await dialog.getByLabel('Password', { exact: true }).fill('password');
		await dialog.getByRole('button', { name: 'Connect' }).click();
		await dialog.waitFor({ state: 'detached' });
		await page.goto(`${server.url}/#/vms?s=name_label:/^db-1$/`);
		await rows(page).first().click();
		await page.getByRole('link', { name: 'Open the page of db-1' }).click();
		await page.getByRole('navigation', { name: 'Sections of db-1' }).getByRole('link', { name: 'Activity' }).click();
		await page.getByText('Nothing is known to have happened to it').waitFor();
		const id = /vms\/([\w-]+)/.exec(page.url())?.[1];
		const session = await atPool(pool.url, 'session.login_with_password', ['root', 'password', '1.0', 'e2e']);
		const trigger = '<variable><name value="cpu_usage"/><alarm_trigger_level value="0.8"/></variable>';
		const words = `value: 0.91\nconfig:\n${trigger}`;
		await atPool(pool.url, 'message.create', [session, 'ALARM', 3, 'VM', id, words]);
		const item = page.getByRole('list', { name: 'Activity' }).locator('> li').filter({ hasText: 'Alarm' });
		await item
			.getByText(/91\s?%|0\.91/)
			.first()
			.waitFor();
		await page.getByRole('button', { name: 'Acknowledge: Alarm' }).click();
		await item.getByText('Acknowledged by admin@admin.net').waitFor();
	});
});
