import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { violations } from './access';
import { launch, openPage, rows, signIn } from './browser';
import { call, idOf } from './client';
import { type Running, startDemo, startEmpty, startPool } from './server';
import { suite } from './suite';

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
		await page.getByRole('dialog', { name: 'Disconnect: lab?' }).getByRole('button', { name: 'Disconnect' }).click();
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

describe('the settings of a pool', () => {
	const at = suite(() => startDemo('two-pools'));
	const open = async (name: string, section = '/advanced', options = {}) => {
		const pool = await idOf(at.server.url, 'pool', name);
		const page = await openPage(at.browser, `${at.server.url}/#/pools/${pool}${section}`, options);
		await signIn(page);
		await page.getByRole('heading', { name, level: 1 }).waitFor();
		return page;
	};
	const poolNow = async (name: string) => {
		const found = await call(at.server.url, 'xo.getAllObjects', { filter: { type: 'pool', name_label: name } });
		return Object.values(Object(found))[0] as Record<string, unknown>;
	};

	it('are changed in their place', async () => {
		const page = await open('north');
		await page.getByRole('switch', { name: 'Compress migrations' }).press('Space');
		await page.getByRole('switch', { name: 'Compress migrations', checked: true }).waitFor();
		expect((await poolNow('north')).migrationCompression).toBe(true);
		await page.getByRole('combobox', { name: 'Migration network' }).click();
		await page
			.getByRole('option', { name: /^Management|^Servers|network/i })
			.first()
			.click();
		await expect.poll(async () => Object((await poolNow('north')).otherConfig)['xo:migrationNetwork']).toBeTruthy();
		await page.getByRole('button', { name: 'Change: Logs are also sent to' }).click();
		await page.getByRole('textbox', { name: 'Logs are also sent to' }).fill('logs.example.org');
		await page.keyboard.press('Enter');
		await page.getByText('logs.example.org').waitFor();
	});

	it('have a default storage that is chosen in a dialog', async () => {
		const page = await open('north', '');
		await page.getByRole('button', { name: 'More' }).click();
		await page.getByRole('menuitem', { name: 'Choose the default storage' }).click();
		const dialog = page.getByRole('dialog', { name: 'Choose the default storage: north?' });
		await dialog.getByRole('combobox', { name: 'Default storage' }).click();
		await page
			.getByRole('option', { name: /Local storage/ })
			.first()
			.click();
		await dialog.getByRole('button', { name: 'Make it the default' }).click();
		await dialog.waitFor({ state: 'detached' });
		await page.locator('dl > div').filter({ hasText: 'Default storage' }).getByText('Local storage').waitFor();
	});

	it('have high availability, which needs a shared storage', async () => {
		const page = await open('north');
		await page.getByRole('button', { name: 'Enable high availability…' }).click();
		const dialog = page.getByRole('dialog', { name: 'Enable high availability: north?' });
		await dialog.getByRole('checkbox', { name: 'North SAN' }).check();
		await dialog.getByRole('button', { name: 'Enable high availability' }).and(page.locator(':enabled')).click();
		await page.getByRole('button', { name: 'Disable high availability…' }).click();
		const again = page.getByRole('dialog', { name: 'Disable high availability: north?' });
		await again.getByRole('button', { name: 'Disable high availability' }).and(page.locator(':enabled')).click();
		await page.getByRole('button', { name: 'Enable high availability…' }).waitFor();
	});

	it('say before what stands against a host that would join', async () => {
		const page = await open('north', '');
		await page.getByRole('button', { name: 'More' }).click();
		await page.getByRole('menuitem', { name: 'Add a host' }).click();
		const dialog = page.getByRole('dialog', { name: 'Add a host: north?' });
		expect(await dialog.getByRole('button', { name: 'Add a host' }).isDisabled()).toBe(true);
		await dialog.getByRole('combobox', { name: 'Host' }).click();
		await page.getByRole('option', { name: /branch-1/ }).click();
		await dialog.getByText('VMs run on it; shut them down first').waitFor();
		expect(await dialog.getByRole('button', { name: 'Add a host' }).isDisabled()).toBe(true);
	});

	it('are accessible', async () => {
		for (const screen of [
			{ viewport: { width: 1440, height: 900 }, colorScheme: 'dark' },
			{ viewport: { width: 390, height: 844 }, colorScheme: 'light' },
		]) {
			const page = await open('north', '/advanced', { ...screen, reducedMotion: 'reduce' });
			await page.getByText('Compress migrations').waitFor();
			expect(await violations(page)).toEqual([]);
			await page.context().close();
		}
	});
});
