import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { violations } from './access';
import { openPage, signIn } from './browser';
import { call, idOf } from './client';
import { startDemo } from './server';
import { suite } from './suite';

describe('a host', () => {
	const at = suite(() => startDemo('two-pools'));
	const open = async (name: string, section = '', options = {}) => {
		const id = await idOf(at.server.url, 'host', name);
		const page = await openPage(at.browser, `${at.server.url}/#/hosts/${id}${section}`, options);
		await signIn(page);
		await page.getByRole('heading', { name }).waitFor();
		return page;
	};
	const fact = (page: Page, name: string) => page.locator('dl > div').filter({ hasText: name });

	it('says where its VMs could go, is emptied, and takes VMs again', async () => {
		const page = await open('north-1');
		await page.getByRole('button', { name: 'Enter maintenance' }).click();
		const dialog = page.getByRole('dialog', { name: 'Enter maintenance: north-1?' });
		const files = dialog.getByRole('row', { name: /^files/ });
		await files.getByText('north-2').waitFor();
		await dialog.getByText('The host can be emptied.').waitFor();
		await dialog.getByRole('button', { name: 'Enter maintenance' }).click();
		await page.getByText('north-1 is in maintenance').waitFor();
		await fact(page, 'Takes VMs').getByText('no').waitFor();
		await page.getByRole('button', { name: 'Let it take VMs' }).click();
		await fact(page, 'Takes VMs').getByText('yes').waitFor();
		await page.getByRole('button', { name: 'Enter maintenance' }).waitFor();
	});

	it('says in words what keeps it from being emptied, and what else can be done', async () => {
		const page = await open('branch-1');
		await page.getByRole('button', { name: 'Reboot' }).click();
		const dialog = page.getByRole('dialog', { name: 'Reboot: branch-1?' });
		await dialog.getByText('there is no other host that takes VMs').waitFor();
		expect(await dialog.getByRole('button', { name: 'Reboot' }).isDisabled()).toBe(true);
		await dialog.getByRole('radio', { name: /^are suspended/ }).check();
		await dialog.getByRole('button', { name: 'Reboot' }).and(page.locator(':enabled')).waitFor();
	});

	it('is not taken out of its pool while it is the master, and the server says so before', async () => {
		const page = await open('north-1');
		await page.getByRole('button', { name: 'More' }).click();
		await page.getByRole('menuitem', { name: 'Take out of the pool' }).click();
		const dialog = page.getByRole('dialog', { name: 'Take out of the pool: north-1?' });
		await dialog.getByText(/master/).waitFor();
		await dialog.getByRole('textbox').fill('north-1');
		expect(await dialog.getByRole('button', { name: 'Take out of the pool' }).isDisabled()).toBe(true);
	});

	it('offers its logs as a file', async () => {
		const page = await open('north-2');
		await page.getByRole('button', { name: 'More' }).click();
		await page.getByRole('menuitem', { name: 'Download logs' }).click();
		const waiting = page.waitForEvent('download');
		await page.getByRole('dialog').getByRole('button', { name: 'Logs', exact: true }).click();
		expect((await waiting).suggestedFilename()).toMatch(/\.tar\.gz$|\.tgz$/);
	});

	it('lists what it lacks of updates', async () => {
		const page = await open('north-2', '/patches');
		const missing = page.getByRole('table', { name: 'Missing updates' });
		await missing.getByRole('row', { name: /kernel/ }).waitFor();
		await missing.getByText('What has changed').first().click();
		await missing.getByText('- Security fixes').waitFor();
	});

	it('shows live what others change', async () => {
		const page = await open('north-2');
		const id = await idOf(at.server.url, 'host', 'north-2');
		await call(at.server.url, 'host.set', { id, name_description: 'Rack 7' });
		await page.getByText('Rack 7').waitFor();
	});

	it('has accessible dialogs and sections', async () => {
		for (const screen of [
			{ viewport: { width: 1440, height: 900 }, colorScheme: 'light' },
			{ viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
		]) {
			const page = await open('north-1', '/patches', { ...screen, reducedMotion: 'reduce' });
			await page.getByRole('table', { name: 'Missing updates' }).waitFor();
			expect(await violations(page)).toEqual([]);
			await page.getByRole('button', { name: 'Reboot' }).click();
			await page.getByRole('dialog').waitFor();
			expect(await violations(page)).toEqual([]);
			await page.context().close();
		}
	});
});
