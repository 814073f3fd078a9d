import { describe, expect, it } from 'vitest';
import { violations } from './access';
import { openPage, signIn } from './browser';
import { idOf } from './client';
import { startDemo } from './server';
import { suite } from './suite';

describe('updates of a pool', () => {
	const at = suite(() => startDemo('two-pools'));
	const open = async (name: string, options = {}) => {
		const pool = await idOf(at.server.url, 'pool', name);
		const page = await openPage(at.browser, `${at.server.url}/#/pools/${pool}/patches`, options);
		await signIn(page);
		await page.getByRole('table', { name: 'Missing updates' }).waitFor();
		return page;
	};

	it('are listed with what has changed, and by host', async () => {
		const page = await open('north');
		const missing = page.getByRole('table', { name: 'Missing updates' });
		expect(await missing.getByRole('row', { name: /kernel/ }).textContent()).toContain('33 MiB');
		await missing.getByText('What has changed').first().click();
		await missing.getByText('- Security fixes').waitFor();
		const hosts = page.getByRole('table', { name: 'Updates by host' });
		await hosts
			.getByRole('row', { name: /^north-2.*3 updates/ })
			.getByRole('link', { name: 'north-2' })
			.click();
		await page.getByRole('heading', { name: 'north-2' }).waitFor();
		await page.getByRole('link', { name: 'Updates of the pool' }).click();
		await page.getByRole('table', { name: 'Updates by host' }).waitFor();
	});

	it('are installed on the host of a pool of one, which then says that it waits for a reboot', async () => {
		const page = await open('branch');
		page.setDefaultTimeout(120_000);
		await page.getByRole('button', { name: 'Install on all hosts now…' }).click();
		const dialog = page.getByRole('dialog', { name: 'Install 3 updates: branch?' });
		await dialog.getByRole('button', { name: 'Install 3 updates' }).click();
		await page.getByText('Installed updates of branch').waitFor();
		await page.getByText('Nothing is missing.').waitFor();
		await page.getByRole('table', { name: 'Updates by host' }).getByText('waits for a reboot').waitFor();
	});

	it('are accessible', async () => {
		for (const screen of [
			{ viewport: { width: 1440, height: 900 }, colorScheme: 'dark' },
			{ viewport: { width: 390, height: 844 }, colorScheme: 'light' },
		]) {
			const page = await open('north', { ...screen, reducedMotion: 'reduce' });
			expect(await violations(page)).toEqual([]);
			await page.getByRole('button', { name: 'Rolling update…' }).click();
			await page.getByText('Each host can be emptied.').waitFor();
			expect(await violations(page)).toEqual([]);
			await page.context().close();
		}
	});
});
