import { describe, expect, it } from 'vitest';
import { violations } from './access';
import { openPage, openVms, row } from './browser';
import { suite } from './suite';

const SCREENS = [
	{ colorScheme: 'light', viewport: { width: 1440, height: 900 } },
	{ colorScheme: 'dark', viewport: { width: 1440, height: 900 } },
	{ colorScheme: 'light', viewport: { width: 768, height: 1024 } },
	{ colorScheme: 'light', viewport: { width: 390, height: 844 } },
	{ colorScheme: 'dark', viewport: { width: 390, height: 844 } },
] as const;

describe.each(SCREENS)('accessibility, $colorScheme, $viewport.width px wide', (screen) => {
	const at = suite();

	it('of the sign-in page', async () => {
		const page = await openPage(at.browser, at.server.url, screen);
		await page.getByRole('heading', { name: 'Sign in' }).waitFor();
		expect(await violations(page)).toEqual([]);
	});

	// Without motion: a dialog that is half faded in has no contrast yet.
	it('of the list, the details, the menu and the pools', async () => {
		const page = await openVms(at.browser, at.server.url, { ...screen, reducedMotion: 'reduce' });
		expect(await violations(page)).toEqual([]);
		await row(page, 'ci-runner').click();
		await page.getByRole('complementary', { name: 'Details of ci-runner' }).waitFor();
		expect(await violations(page)).toEqual([]);
		await page.keyboard.press('.');
		await page.getByRole('menu').waitFor();
		expect(await violations(page)).toEqual([]);
		await page.goto(`${at.server.url}/#/servers`);
		await page.getByRole('button', { name: 'Connect a pool' }).click();
		await page.getByRole('dialog').waitFor();
		expect(await violations(page)).toEqual([]);
	});

	it('of the tree and the palette', async () => {
		const page = await openVms(at.browser, at.server.url, { ...screen, reducedMotion: 'reduce' });
		const found: string[] = [];
		await page.keyboard.press('Control+k');
		await page.getByRole('dialog').waitFor();
		found.push(...(await violations(page)));
		await page.keyboard.press('Escape');
		await page.getByRole('dialog').waitFor({ state: 'detached' });
		await page.getByRole('button', { name: 'Show the tree' }).click();
		await page.getByRole('combobox', { name: 'Tree by' }).waitFor();
		found.push(...(await violations(page)));
		expect(found).toEqual([]);
	});
});
