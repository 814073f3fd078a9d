/** New names for many objects at once. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { violations } from './access';
import { filter, names, openVms, row } from './browser';
import { call, idOf, vmId } from './client';
import { startDemo } from './server';
import { suite } from './suite';

/** Opens the dialog for what is selected. */
async function rename(page: Page) {
	await page.getByRole('button', { name: /selected$/ }).waitFor();
	await page.keyboard.press('e');
	const dialog = page.getByRole('dialog');
	await dialog.getByRole('combobox', { name: 'What changes' }).click();
	await page.getByRole('option', { name: 'New names' }).click();
	await dialog.getByRole('table').waitFor();
	return dialog;
}

async function selectTagged(page: Page, text: string) {
	await filter(page, text);
	await row(page, 'sandbox').waitFor({ state: 'detached' });
	await page.getByRole('checkbox', { name: 'Select all' }).click();
}

describe('new names for many', () => {
	const at = suite();

	it('are shown beside the old ones as the pattern is typed, and given to each', async () => {
		const page = await openVms(at.browser, at.server.url);
		await selectTagged(page, 'name_label:web-');
		const dialog = await rename(page);
		expect(await violations(page)).toEqual([]);
		await dialog.getByRole('textbox', { name: 'New name' }).fill('{name}-{n:03}');
		await dialog.getByRole('textbox', { name: 'First number' }).fill('7');
		await dialog.getByRole('textbox', { name: 'Find in the present name' }).fill('web');
		await dialog.getByRole('textbox', { name: 'Replace with' }).fill('www');
		await dialog.getByRole('row', { name: 'web-1 www-1-007', exact: true }).waitFor();
		await dialog.getByRole('status').getByText('2 get new names.').waitFor();
		expect(await violations(page)).toEqual([]);
		await dialog.getByRole('button', { name: 'Rename: 2 VMs' }).click();
		await dialog.waitFor({ state: 'detached' });
		await page.getByText('Changed 2 VMs').waitFor();
		await filter(page, 'www');
		await row(page, 'www-2-008').waitFor();
		expect(await names(page)).toEqual(['www-1-007', 'www-2-008']);
	});

	it('say what is wrong with a rule, and are not given while one would be empty', async () => {
		const page = await openVms(at.browser, at.server.url);
		await selectTagged(page, 'tags:db');
		const dialog = await rename(page);
		const find = dialog.getByRole('textbox', { name: 'Find in the present name' });
		await dialog.getByRole('checkbox', { name: 'It is a regular expression' }).check();
		await find.fill('(db');
		await dialog.getByText('This is no regular expression: Unterminated group').waitFor();
		expect(await violations(page)).toEqual([]);
		await find.fill('db-1');
		await dialog.getByRole('row', { name: /no name is left/ }).waitFor();
		expect(await dialog.getByRole('button', { name: /^Rename/ }).isDisabled()).toBe(true);
		await find.fill('-\\d');
		expect(await dialog.getByRole('row', { name: /another has this name/ }).count()).toBe(2);
		expect(await dialog.getByRole('button', { name: /^Rename/ }).isEnabled()).toBe(true);
		await find.fill('');
		await dialog.getByRole('textbox', { name: 'New name' }).fill('{nmae}');
		await dialog.getByText('There is no placeholder {nmae}').waitFor();
		await dialog.getByRole('button', { name: 'Cancel' }).click();
		await dialog.waitFor({ state: 'detached' });
	});

	it('tell which could not be given and why, and can be tried again', async () => {
		const page = await openVms(at.browser, at.server.url);
		const gone = await call(at.server.url, 'vm.clone', {
			id: await vmId(at.server.url, 'sandbox'),
			name: 'short-1',
			full_copy: false,
		});
		await call(at.server.url, 'vm.clone', {
			id: await vmId(at.server.url, 'sandbox'),
			name: 'short-2',
			full_copy: false,
		});
		await selectTagged(page, 'short-');
		await row(page, 'short-2').waitFor();
		const dialog = await rename(page);
		await dialog.getByRole('textbox', { name: 'New name' }).fill('long-{n}');
		await dialog.getByRole('row', { name: /^short-2 long-2/ }).waitFor();
		await call(at.server.url, 'vm.delete', { id: gone });
		// Until the pool has told of it, the server takes the new name to the pool, which says so in its own words.
		const left = () => call(at.server.url, 'xo.getAllObjects', { filter: { id: gone } });
		await expect.poll(left).toEqual({});
		await dialog.getByRole('button', { name: 'Rename: 2 VMs' }).click();
		await dialog.getByRole('status').getByText('1 of 2 renamed. 1 failed.').waitFor();
		await dialog.getByRole('row', { name: 'short-2 long-2 renamed' }).waitFor();
		await dialog.getByRole('row', { name: /^short-1 long-1 .*no such/i }).waitFor();
		expect(await violations(page)).toEqual([]);
		await dialog.getByRole('button', { name: 'Try again: 1 VM' }).waitFor();
		await dialog.locator('form').getByRole('button', { name: 'Close' }).click();
		await dialog.waitFor({ state: 'detached' });
		await filter(page, 'long-2');
		await row(page, 'long-2').waitFor();
	});

	it('are given to networks, too', async () => {
		const page = await openVms(at.browser, at.server.url);
		await page.goto(`${at.server.url}/#/networks`);
		const grid = page.getByRole('grid', { name: 'Networks' });
		await grid.locator('[role=row][aria-label]').nth(1).waitFor();
		const first = String(await grid.locator('[role=row][aria-label]').first().getAttribute('aria-label'));
		await page.getByRole('checkbox', { name: 'Select all' }).click();
		const dialog = await rename(page);
		await dialog.getByRole('textbox', { name: 'Find in the present name' }).fill(first);
		await dialog.getByRole('textbox', { name: 'Replace with' }).fill('renamed net');
		await dialog.getByRole('button', { name: 'Rename: 1 network' }).click();
		await dialog.waitFor({ state: 'detached' });
		await grid.getByRole('row', { name: 'renamed net', exact: true }).waitFor();
		expect(await idOf(at.server.url, 'network', 'renamed net')).toBeTruthy();
	});
});

describe('new names for thousands', () => {
	const at = suite(() => startDemo('large:2000'));

	it('need their number typed, and are stopped between two', async () => {
		const page = await openVms(at.browser, at.server.url);
		await page.getByRole('checkbox', { name: 'Select all' }).click();
		const dialog = await rename(page);
		await dialog.getByRole('textbox', { name: 'New name' }).fill('vm-{n:04}');
		await dialog.getByText('The first 200 of 2,000 are shown.').waitFor();
		const go = dialog.getByRole('button', { name: 'Rename: 2,000 VMs' });
		expect(await go.isDisabled()).toBe(true);
		await dialog.getByLabel('Type 2000 to go ahead').fill('2000');
		await go.click();
		await dialog.getByRole('button', { name: 'Stop' }).click();
		await dialog.locator('form').getByRole('button', { name: 'Close' }).waitFor();
		const told = await dialog.getByRole('status').textContent();
		const done = Number(/^(\d+) of 2,000 renamed\.$/.exec(String(told))?.[1]);
		expect(done).toBeGreaterThan(0);
		expect(done).toBeLessThan(2000);
		await dialog.locator('form').getByRole('button', { name: 'Close' }).click();
		await filter(page, 'name_label:/^vm-\\d{4}$/');
		await page.getByRole('status').getByText(`${done} VM`).waitFor();
	});
});
