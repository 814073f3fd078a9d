import { describe, expect, it } from 'vitest';
import { openVms, row, rows } from './browser';
import { call, vmId } from './client';
import { suite } from './suite';

describe('the page of an object', () => {
	const at = suite();

	it('is opened from the details, and has sections of what belongs to it', async () => {
		const page = await openVms(at.browser, at.server.url);
		await row(page, 'db-1').click();
		await page.getByRole('link', { name: 'Open the page of db-1' }).click();
		await page.getByRole('heading', { name: 'db-1', level: 1 }).waitFor();
		const sections = page.getByRole('navigation', { name: 'Sections of db-1' });
		await sections.getByRole('link', { name: 'VM interfaces' }).click();
		await page.getByRole('grid', { name: 'VM interfaces' }).locator('[role=row][aria-label]').first().waitFor();
		expect(page.url()).toMatch(/\/network$/);
		await sections.getByRole('link', { name: 'Disks' }).click();
		await page.getByRole('grid', { name: 'Disks and drives' }).locator('[role=row][aria-label]').first().waitFor();
	});

	it('changes its name in its place', async () => {
		const page = await openVms(at.browser, at.server.url);
		const id = await vmId(at.server.url, 'web-2');
		await page.goto(`${at.server.url}/#/vms/${id}`);
		await page.getByRole('button', { name: 'Change: Name' }).click();
		await page.getByRole('textbox', { name: 'Name' }).fill('web-two');
		await page.keyboard.press('Enter');
		await page.getByRole('heading', { name: 'web-two', level: 1 }).waitFor();
		await call(at.server.url, 'vm.set', { id, name_label: 'web-2' });
		await page.getByRole('heading', { name: 'web-2', level: 1 }).waitFor();
	});

	it('says so when there is no such object', async () => {
		const page = await openVms(at.browser, at.server.url);
		await page.goto(`${at.server.url}/#/vms/00000000-0000-0000-0000-000000000000`);
		await page.getByRole('heading', { name: 'This is gone' }).waitFor();
		await page.getByRole('main').getByRole('link', { name: 'Virtual machines' }).click();
		await rows(page).first().waitFor();
	});
});
