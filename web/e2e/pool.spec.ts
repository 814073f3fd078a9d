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
		await page.getByRole('button', { name: 'Connect a pool' }).click();
		const dialog = await connect('password');
		await dialog.waitFor({ state: 'detached' });
		await page.getByRole('listitem').filter({ hasText: 'Live' }).getByRole('heading', { name: 'lab' }).waitFor();
		await page.getByRole('link', { name: 'VMs' }).click();
		await rows(page).first().waitFor();
	});

	it('lets go of the rows of a pool that is disconnected, and of the pool that is forgotten', async () => {
		await page.getByRole('link', { name: 'Pools', exact: true }).click();
		await page.getByRole('switch', { name: 'Connect lab' }).press('Space');
		await page.getByText('Switched off').waitFor();
		await page.getByRole('button', { name: 'Forget' }).click();
		await page
			.getByRole('dialog', { name: /^Forget/ })
			.getByRole('button', { name: 'Forget' })
			.click();
		await page.getByRole('heading', { name: 'No pool is connected yet' }).waitFor();
		await page.getByRole('link', { name: 'VMs' }).click();
		await page.getByRole('heading', { name: 'No pool is connected yet' }).waitFor();
		expect(await rows(page).count()).toBe(0);
	});
});
