import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, openVms, row } from './browser';
import { type Running, startLasting } from './server';

describe('a page whose server goes away', () => {
	let server: Awaited<ReturnType<typeof startLasting>>;
	let again: Running | undefined;
	let browser: Browser;

	beforeAll(async () => {
		[server, browser] = await Promise.all([startLasting(), launch()]);
	});
	afterAll(async () => {
		await browser?.close();
		await (again ?? server)?.stop();
	});

	it('says so, shows what it knew as stale, and is live again by itself', async () => {
		const page = await openVms(browser, server.url);
		// What the details are made of is fetched with the first of them.
		await row(page, 'web-2').click();
		await page.getByRole('complementary').getByRole('button', { name: 'Reboot' }).waitFor();
		await server.stop();
		const banner = page.getByRole('alert').filter({ hasText: 'Connection lost' });
		await banner.waitFor();
		expect(await row(page, 'web-1').getAttribute('data-stale')).toBe('true');
		await row(page, 'web-1').click();
		await page
			.getByRole('complementary')
			.getByRole('button', { name: 'Reboot' })
			.and(page.locator('[aria-disabled=true]'))
			.waitFor();

		again = await server.startAgain();
		await banner.waitFor({ state: 'detached' });
		await page.locator('[role=row][aria-label="web-1"]:not([data-stale])').waitFor();
	});
});
