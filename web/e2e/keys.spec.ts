/** What is done by key, and the order of what other objects are called. */
import { describe, expect, it } from 'vitest';
import { names, openVms, row } from './browser';
import { call } from './client';
import { suite } from './suite';

describe('the list of VMs by key', () => {
	const at = suite();

	it('edits one, tags many after a look, and offers actions in the palette', async () => {
		const page = await openVms(at.browser, at.server.url);
		await row(page, 'db-1').click();
		await page.getByRole('complementary').getByRole('button', { name: 'Reboot' }).waitFor();
		await page.keyboard.press('e');
		const dialog = page.getByRole('dialog');
		await dialog.getByRole('textbox', { name: 'Name' }).fill('db-9');
		await dialog.getByRole('button', { name: 'Save' }).click();
		await row(page, 'db-9').waitFor();
		await dialog.waitFor({ state: 'detached' });
		await page.keyboard.press('Control+k');
		await dialog.getByRole('combobox').fill('reboot db-9');
		await dialog.getByRole('option', { name: /^Reboot/ }).click();
		await page.getByRole('dialog', { name: 'Reboot: db-9?' }).getByRole('button', { name: 'Cancel' }).click();
		await dialog.waitFor({ state: 'detached' });
		await page.keyboard.press('Shift+J');
		await page.getByRole('button', { name: '2 selected' }).waitFor();
		await page.keyboard.press('e');
		await dialog.getByRole('textbox', { name: 'Tag' }).fill('gold');
		await page.keyboard.press('Enter');
		await dialog.getByRole('table').waitFor();
		await dialog.getByRole('button', { name: /^Add a tag: 2/ }).click();
		await page.getByRole('complementary').getByRole('button', { name: 'Remove the tag gold' }).waitFor();
	});

	it('stands in the order of hosts by their names, also when one is renamed', async () => {
		const page = await openVms(at.browser, at.server.url);
		await page.getByRole('columnheader').getByRole('button', { name: 'Host' }).click();
		await page.waitForFunction(() => document.querySelector('[aria-rowindex="2"]')?.textContent?.includes('lab'));
		const before = await names(page);
		const filter = { type: 'host', name_label: 'xcp-lab-1' };
		const [id] = Object.keys(Object(await call(at.server.url, 'xo.getAllObjects', { filter })));
		await call(at.server.url, 'host.set', { id, name_label: 'a-host' });
		await page.waitForFunction(() => document.querySelector('[aria-rowindex="2"]')?.textContent?.includes('a-host'));
		expect(await names(page)).not.toEqual(before);
	});

	it('acts on an object that is found, and knows what was seen lately', async () => {
		const page = await openVms(at.browser, at.server.url);
		const dialog = page.getByRole('dialog');
		const box = dialog.getByRole('combobox');
		await page.keyboard.press('Control+k');
		await box.fill('web-1');
		await dialog.getByRole('option', { name: /^web-1/, selected: true }).waitFor();
		await page.keyboard.press('ArrowRight');
		await dialog.getByRole('button', { name: 'Actions on web-1' }).waitFor();
		await dialog.getByRole('option', { name: /^Reboot/ }).waitFor();
		await page.keyboard.press('ArrowLeft');
		await dialog.getByRole('button', { name: 'Actions on web-1' }).waitFor({ state: 'detached' });
		await box.fill('web-1');
		await dialog.getByRole('option', { name: /^web-1/, selected: true }).waitFor();
		await page.keyboard.press('Tab');
		await dialog.getByRole('option', { name: /^Open its page/, selected: true }).waitFor();
		await page.keyboard.press('Enter');
		await page.getByRole('heading', { name: 'web-1', level: 1 }).waitFor();
		await dialog.waitFor({ state: 'detached' });
		await page.keyboard.press('Control+k');
		await dialog.getByRole('option', { name: /^web-1/ }).waitFor();
	});

	it('goes from the page of one to the next of the list, in the same section, and back to the list', async () => {
		const page = await openVms(at.browser, at.server.url);
		const [first, second] = await names(page);
		await row(page, String(first)).click();
		await page.getByRole('link', { name: `Open the page of ${first}` }).click();
		await page.getByRole('heading', { name: first, level: 1 }).waitFor();
		await page
			.getByRole('navigation', { name: `Sections of ${first}` })
			.getByRole('link', { name: 'Disks' })
			.click();
		await page.getByRole('grid', { name: 'Disks and drives' }).waitFor();
		await page.keyboard.press(']');
		await page.getByRole('heading', { name: second, level: 1 }).waitFor();
		await page.getByRole('grid', { name: 'Disks and drives' }).waitFor();
		await page.keyboard.press('[');
		await page.getByRole('heading', { name: first, level: 1 }).waitFor();
		expect(await page.getByRole('button', { name: 'The previous of the list' }).isDisabled()).toBe(true);
		await page.keyboard.press('?');
		await page.getByRole('region', { name: 'This page: VM' }).getByText('Migrate').waitFor();
	});
});
