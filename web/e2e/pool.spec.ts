import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, openPage, rows, signIn } from './browser';
import { type Running, startEmpty, startPool } from './server';

describe('a server without a pool', () => {
	let server: Awaited<ReturnType<typeof startEmpty>>;
	let pool: Running;
	let browser: Browser;
	let page: Page;

	beforeAll(async () => {
		[server, pool, browser] = await Promise.all([startEmpty(), startPool(), launch()]);
		page = await openPage(browser, server.url);
		await signIn(page, { email: 'admin@admin.net', password: server.password });
	});
	afterAll(async () => {
		await browser?.close();
		await server?.stop();
		await pool?.stop();
	});

	const row = (name: string) => page.getByRole('grid', { name: 'Servers' }).getByRole('row', { name, exact: true });

	const connect = async (password: string) => {
		const dialog = page.getByRole('dialog', { name: 'Connect a pool' });
		await dialog.getByLabel('Address').fill(pool.url);
		await dialog.getByLabel('Password', { exact: true }).fill(password);
		await dialog.getByRole('button', { name: 'Connect' }).click();
		return dialog;
	};

	it('leads from the empty list to a connected pool', async () => {
		await page.getByRole('heading', { name: 'No pool is connected yet' }).waitFor();
		await page.getByRole('link', { name: 'Connect a pool' }).click();
		await page.getByRole('dialog', { name: 'Connect a pool' }).waitFor();
		const dialog = await connect('wrong');
		expect(await dialog.getByRole('alert').textContent()).toContain('authentication failed');
		await connect('password');
		await dialog.waitFor({ state: 'detached' });
		await row('lab').getByText('Live').waitFor();
		expect(await page.getByRole('switch').count()).toBe(1);
		await page.getByRole('link', { name: 'VMs', exact: true }).click();
		await rows(page).first().waitFor();
	});

	it('changes a connection that is there', async () => {
		await page.getByRole('link', { name: 'Admin', exact: true }).click();
		await row('lab').click();
		await page.getByRole('button', { name: 'Change' }).click();
		const dialog = page.getByRole('dialog', { name: 'Change the connection of lab' });
		await dialog.getByLabel('Label (optional)').fill('laboratory');
		await dialog.getByRole('button', { name: 'Save' }).click();
		await dialog.waitFor({ state: 'detached' });
		await row('laboratory').waitFor();
		await page.getByRole('button', { name: 'Change' }).click();
		const again = page.getByRole('dialog', { name: 'Change the connection of laboratory' });
		await again.getByLabel('Label (optional)').fill('');
		await again.getByRole('button', { name: 'Save' }).click();
		await row('lab').getByText('Live').waitFor();
	});

	it('lets go of the rows of a pool that is disconnected, and of the pool that is forgotten', async () => {
		await page.getByRole('link', { name: 'Admin', exact: true }).click();
		await page.getByRole('switch', { name: 'Connect lab' }).press('Space');
		await page.getByText('Switched off').waitFor();
		await page.getByLabel('Select all').check();
		await page.getByRole('region', { name: 'Selection' }).getByRole('button', { name: 'Forget' }).click();
		await page
			.getByRole('dialog', { name: /^Forget/ })
			.getByRole('button', { name: 'Forget' })
			.click();
		await page.getByRole('heading', { name: 'No pool is connected yet' }).waitFor();
		await page.getByRole('link', { name: 'VMs', exact: true }).click();
		await page.getByRole('heading', { name: 'No pool is connected yet' }).waitFor();
		expect(await rows(page).count()).toBe(0);
	});
});

describe('a pool that stops to answer', () => {
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

	it('is named across the page, and its rows are shown as old', async () => {
		const page = await openPage(browser, server.url);
		await signIn(page, { email: 'admin@admin.net', password: server.password });
		await page.getByRole('link', { name: 'Connect a pool' }).click();
		const dialog = page.getByRole('dialog', { name: 'Connect a pool' });
		await dialog.getByLabel('Address').fill(pool.url);
		await dialog.getByLabel('Password', { exact: true }).fill('password');
		await dialog.getByRole('button', { name: 'Connect' }).click();
		await dialog.waitFor({ state: 'detached' });
		await page.getByRole('link', { name: 'VMs', exact: true }).click();
		await rows(page).first().waitFor();
		await pool.stop();
		const banner = page.getByRole('status').filter({ hasText: 'lab does not answer' });
		await banner.waitFor();
		await page.locator('[role=row][data-stale]').first().waitFor();
		await banner.getByRole('link', { name: 'See why' }).click();
		await page.getByRole('switch', { name: 'Connect lab' }).waitFor();
	});
});
