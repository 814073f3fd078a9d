/** What a phone shows: every section can be reached, nothing scrolls sideways but what says so, values say of what. */
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { violations } from './access';
import { openPage, signIn } from './browser';
import { suite } from './suite';

/** How wide the page is beyond the screen, in px. */
const beyond = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

describe('a phone', () => {
	const at = suite();
	let page: Page;

	beforeAll(async () => {
		page = await openPage(at.browser, `${at.server.url}/#/vms`, { viewport: { width: 390, height: 844 } });
		await signIn(page);
		await page.getByRole('grid').locator('[role=row][aria-label]').first().waitFor();
	});

	it('leads to every section', async () => {
		const main = page.getByRole('navigation', { name: 'Main' });
		expect(await main.getByRole('link').count()).toBe(4);
		const more = main.getByRole('button', { name: 'More sections' });
		await more.click();
		await page.getByRole('menuitem', { name: 'Admin' }).click();
		await page.getByRole('heading', { name: 'Servers' }).waitFor();
		expect(await more.getAttribute('aria-current')).toBe('true');
		await page.getByRole('menu').waitFor({ state: 'detached' });
		await more.click();
		await page.getByRole('menuitem', { name: 'Networks' }).click();
		await page.getByRole('heading', { name: 'Networks' }).waitFor();
		expect(await violations(page)).toEqual([]);
	});

	it('names the values that say nothing alone', async () => {
		await page.goto(`${at.server.url}/#/networks`);
		const mtu = page.getByRole('row', { name: 'LAN', exact: true }).locator('[data-name=MTU]');
		await mtu.waitFor();
		const named = await mtu.evaluate((cell) => getComputedStyle(cell, '::before').content);
		expect([named, await mtu.textContent()]).toEqual(['"MTU"', '1500']);
	});

	it('has the section that is open in sight', async () => {
		await page.goto(`${at.server.url}/#/journal`);
		await page.getByRole('heading', { name: 'Journal' }).waitFor();
		const box = await page
			.getByRole('navigation', { name: 'Sections' })
			.getByRole('link', { name: 'Journal' })
			.boundingBox();
		expect(box?.x).toBeGreaterThan(0);
		expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThan(390);
	});

	it('is not wider than the screen, be it the narrowest', async () => {
		await page.setViewportSize({ width: 320, height: 640 });
		for (const path of ['dashboard', 'vms', 'servers', 'new/vm', 'new/network', 'new/sr', 'import', 'user']) {
			await page.goto(`${at.server.url}/#/${path}`);
			await page.getByRole('heading').first().waitFor();
			expect(await beyond(page), path).toBeLessThanOrEqual(0);
		}
	});
});
