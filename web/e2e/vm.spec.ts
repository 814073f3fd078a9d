import type { Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { violations } from './access';
import { filter, names, openVms, row, rows } from './browser';
import { call, vmId } from './client';
import { startDemo } from './server';
import { suite } from './suite';

describe('the list of VMs', () => {
	const at = suite();
	let page: Page;
	afterEach(async () => {
		await page?.context().close();
	});

	it('shows name, state, host, vCPU, RAM, load, address and tags', async () => {
		page = await openVms(at.browser, at.server.url);
		await row(page, 'web-1')
			.getByText(/^\d+%$/)
			.waitFor();
		const cells = await row(page, 'web-1').getByRole('gridcell').allInnerTexts();
		expect(cells.slice(0, 8).map((cell) => cell.replace(/\s+/g, ' ').trim())).toEqual([
			'',
			'web-1 Front of the shop, behind the balancer',
			'Running',
			'xcp-lab-1',
			'2',
			'4 GiB',
			expect.stringMatching(/^\d+%$/),
			'10.20.10.21',
		]);
		await row(page, 'web-1').getByTitle('web, production').waitFor();
	});

	it('is narrowed by the filter, which is in the address', async () => {
		page = await openVms(at.browser, at.server.url);
		await filter(page, 'tags:db power_state:running');
		await page.waitForURL(/s=tags%3Adb\+power_state%3Arunning/);
		expect(await names(page)).toEqual(['db-1', 'db-2']);
		const link = page.url();
		await page.goto('about:blank');
		await page.goto(link);
		await rows(page).first().waitFor();
		expect(await names(page)).toEqual(['db-1', 'db-2']);
	});

	it('says what cannot be read of a filter, and keeps the rows', async () => {
		page = await openVms(at.browser, at.server.url);
		await filter(page, 'web');
		await row(page, 'db-1').waitFor({ state: 'detached' });
		const before = await names(page);
		await filter(page, 'web=');
		await page.getByText('The filter cannot be read from “=” on').waitFor();
		expect(await names(page)).toEqual(before);
	});

	it('is sorted by a click on a header, and the other way by a second', async () => {
		page = await openVms(at.browser, at.server.url);
		const byName = await names(page);
		await page.getByRole('button', { name: 'Name', exact: true }).click();
		await page.getByRole('columnheader', { name: 'Name' }).and(page.locator('[aria-sort=descending]')).waitFor();
		// The rows come when the server has put them in order.
		await expect.poll(() => names(page), { timeout: 10_000 }).toEqual([...byName].reverse());
		expect(page.url()).toContain('sort=-name');
	});

	it('starts a VM and shows what becomes of it', async () => {
		page = await openVms(at.browser, at.server.url);
		await row(page, 'sandbox').click();
		const details = page.getByRole('complementary', { name: 'Details of sandbox' });
		await details.getByRole('button', { name: 'Start' }).click();
		await page
			.getByRole('contentinfo')
			.getByText(/Starting sandbox|vm.start/)
			.first()
			.waitFor();
		await page.getByText('Started sandbox').waitFor();
		await row(page, 'sandbox').getByText('Running').waitFor();
		expect(await details.getByRole('button', { name: 'Shut down' }).isEnabled()).toBe(true);
	});

	it('resumes what is suspended and unpauses what is paused', async () => {
		page = await openVms(at.browser, at.server.url);
		for (const [name, action] of [
			['desk-anna', 'Resume'],
			['ci-runner', 'Unpause'],
		] as const) {
			await row(page, name).click();
			await page.getByRole('complementary').getByRole('button', { name: action }).click();
			await row(page, name).getByText('Running').waitFor();
		}
	});

	it('asks before it pulls the plug, names what, and does nothing when told so', async () => {
		page = await openVms(at.browser, at.server.url);
		await row(page, 'web-2').getByRole('button', { name: 'Actions on web-2' }).click();
		await page.getByRole('menuitem', { name: 'Force shutdown' }).click();
		const dialog = page.getByRole('dialog', { name: 'Force shutdown: web-2?' });
		await dialog.getByRole('button', { name: 'Cancel' }).click();
		await dialog.waitFor({ state: 'detached' });
		expect(await row(page, 'web-2').textContent()).toContain('Running');

		await row(page, 'web-2').getByRole('button', { name: 'Actions on web-2' }).click();
		await page.getByRole('menuitem', { name: 'Force shutdown' }).click();
		await dialog.getByRole('button', { name: 'Force shutdown' }).click();
		await row(page, 'web-2').getByText('Halted').waitFor();
	});

	it('says why an action cannot be', async () => {
		page = await openVms(at.browser, at.server.url);
		await row(page, 'mail-old').click({ button: 'right' });
		const start = page.getByRole('menuitem', { name: /^Start/ }).first();
		expect(await start.isDisabled()).toBe(true);
		expect(await start.textContent()).toContain('protected from this (replaced by a service)');
	});

	it('tells in a toast what the server refused, in its words', async () => {
		page = await openVms(at.browser, at.server.url);
		await row(page, 'new-server').click();
		await page.getByRole('complementary').getByRole('button', { name: 'Shut down' }).click();
		await page.getByRole('dialog').getByRole('button', { name: 'Shut down' }).click();
		const toast = page.getByRole('alert').filter({ hasText: '“Shut down” of new-server failed' });
		await toast.waitFor();
		expect(await toast.textContent()).toMatch(/lacks feature|PV drivers/i);
	});

	it('tells before it acts which of many it cannot act on', async () => {
		page = await openVms(at.browser, at.server.url);
		await row(page, 'new-server').getByRole('checkbox').click();
		await row(page, 'db-2').getByRole('checkbox').click();
		await page.getByRole('button', { name: 'Reboot' }).click();
		const dialog = page.getByRole('dialog', { name: 'Reboot: 2 VMs?' });
		const refused = dialog.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'new-server' }) });
		expect(await refused.textContent()).toMatch(/lacks feature|PV drivers/i);
		await dialog.getByRole('button', { name: 'Reboot: 1 VM' }).click();
		await page.getByText('Rebooted 1 VM').waitFor();
	});

	it('takes a snapshot of many at once', async () => {
		page = await openVms(at.browser, at.server.url);
		await filter(page, 'tags:db');
		await row(page, 'web-1').waitFor({ state: 'detached' });
		await page.getByRole('checkbox', { name: 'Select all' }).click();
		await page.getByRole('button', { name: 'Take snapshot' }).click();
		await page.getByRole('dialog').getByRole('button', { name: 'Take snapshot: 2 VMs' }).click();
		await page.getByText('Took a snapshot of 2 VMs').waitFor();
	});

	it('shows at once what another client changed', async () => {
		page = await openVms(at.browser, at.server.url);
		const id = await vmId(at.server.url, 'fw-1');
		await call(at.server.url, 'vm.set', { id, name_label: 'fw-renamed' });
		await row(page, 'fw-renamed').waitFor();
		await call(at.server.url, 'vm.set', { id, name_label: 'fw-1' });
		await row(page, 'fw-1').waitFor();
	});

	it('gives a VM a tag and takes it away', async () => {
		page = await openVms(at.browser, at.server.url);
		await row(page, 'sandbox').click();
		const details = page.getByRole('complementary', { name: 'Details of sandbox' });
		await details.getByRole('button', { name: 'Add tag' }).click();
		await page.keyboard.type('env=test');
		await page.keyboard.press('Enter');
		await row(page, 'sandbox').getByTitle('env=test', { exact: true }).waitFor();
		await page.keyboard.press('Escape');
		await details.getByRole('button', { name: 'Remove the tag env=test' }).click();
		await row(page, 'sandbox').getByTitle('env=test', { exact: true }).waitFor({ state: 'detached' });
	});

	it('cuts no column off beside the tree and the details, and has the state under the name', async () => {
		page = await openVms(at.browser, at.server.url);
		const heads = page.getByRole('columnheader');
		await heads.filter({ hasText: 'Tags' }).waitFor();
		await page.getByRole('button', { name: 'Show the tree' }).click();
		await row(page, 'db-1').click();
		const details = page.getByRole('complementary', { name: 'Details of db-1' });
		await details.getByText('Running', { exact: true }).waitFor();
		await heads.filter({ hasText: 'Tags' }).waitFor({ state: 'detached' });
		await heads.filter({ hasText: 'IP address' }).waitFor();
		const grid = page.getByRole('grid', { name: 'Virtual machines' });
		expect(await grid.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
	});

	it('shows tags beside each other, each with what takes it away', async () => {
		page = await openVms(at.browser, at.server.url);
		await row(page, 'web-1').click();
		const details = page.getByRole('complementary', { name: 'Details of web-1' });
		const removes = details.getByRole('button', { name: /^Remove the tag/ });
		await removes.first().waitFor();
		const places = await removes.evaluateAll((buttons) =>
			buttons.map((button) => {
				const box = button.getBoundingClientRect();
				const tag = button.previousElementSibling?.getBoundingClientRect();
				return { top: Math.round(box.top), gap: Math.abs(box.left - (tag?.right ?? 0)) };
			}),
		);
		expect(places).toHaveLength(2);
		expect(places[0]?.top).toBe(places[1]?.top);
		for (const { gap } of places) expect(gap).toBeLessThan(8);
	});

	it('opens the menu of the last row whole, and not under the pointer', async () => {
		page = await openVms(at.browser, at.server.url, { viewport: { width: 1440, height: 640 } });
		const button = row(page, 'web-2').getByRole('button', { name: 'Actions on web-2' });
		const pressed = await button.boundingBox();
		await button.click();
		await page.getByRole('menuitem', { name: 'Force reboot' }).waitFor();
		const menu = await page.getByRole('menu').boundingBox();
		if (pressed === null || menu === null) throw new Error('the menu or its button is not shown');
		expect(menu.y).toBeGreaterThanOrEqual(0);
		expect(menu.y + menu.height).toBeLessThanOrEqual(640);
		const isClearOfRow = menu.y + menu.height <= pressed.y || menu.y >= pressed.y + pressed.height;
		expect(isClearOfRow || menu.x + menu.width <= pressed.x || menu.x >= pressed.x + pressed.width).toBe(true);
	});

	it('has filters that are kept for all users, and forgotten for all', async () => {
		const page = await openVms(at.browser, at.server.url);
		const other = await openVms(at.browser, at.server.url);
		await other.getByRole('button', { name: 'Show the tree' }).click();
		await other.getByRole('combobox', { name: 'Tree by' }).selectOption('Saved queries');
		await filter(page, 'tags:db');
		await page.getByRole('button', { name: 'Export and saved filters' }).click();
		await page.getByRole('menuitem', { name: 'Save this filter' }).click();
		const dialog = page.getByRole('dialog', { name: 'Save this filter' });
		await dialog.getByLabel('Name of the filter').fill('databases');
		await dialog.getByRole('checkbox', { name: 'For all users' }).check();
		expect(await violations(page)).toEqual([]);
		await dialog.getByRole('button', { name: 'Save' }).click();
		await dialog.waitFor({ state: 'detached' });
		const shared = other.getByRole('link', { name: 'databases' });
		await shared.click();
		await other.waitForURL(/tags/);
		await page.getByRole('button', { name: 'Export and saved filters' }).click();
		await page.getByRole('menuitem', { name: 'Forget the filter “databases” for all users' }).click();
		await shared.waitFor({ state: 'detached' });
	});

	it('keeps the filter box in its place while the number of rows changes', async () => {
		page = await openVms(at.browser, at.server.url);
		const before = await page.getByRole('combobox', { name: 'Filter' }).boundingBox();
		await filter(page, 'web');
		await row(page, 'db-1').waitFor({ state: 'detached' });
		expect(await page.getByRole('combobox', { name: 'Filter' }).boundingBox()).toEqual(before);
	});

	it('is worked by keyboard', async () => {
		page = await openVms(at.browser, at.server.url);
		const [first, second, third] = await names(page);
		for (const key of ['j', 'x', 'j', 'Shift+J']) await page.keyboard.press(key);
		await page.getByRole('button', { name: '3 selected' }).waitFor();
		await page.keyboard.press('Enter');
		await page.getByRole('complementary', { name: `Details of ${third}` }).waitFor();
		await page.keyboard.press('k');
		await page.getByRole('complementary', { name: `Details of ${second}` }).waitFor();
		await page.keyboard.press('Escape');
		await page.getByRole('complementary').waitFor({ state: 'detached' });
		await page.keyboard.press('Escape');
		await page.getByRole('button', { name: /selected/ }).waitFor({ state: 'detached' });
		await page.keyboard.press('/');
		await page.keyboard.type(String(first));
		await page.waitForURL(/s=/);
		await page.keyboard.press('Escape');
		await page.keyboard.press('Escape');
		await page.keyboard.press('?');
		await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
	});

	it('keeps the width that somebody gave a column', async () => {
		page = await openVms(at.browser, at.server.url);
		const header = page.getByRole('columnheader', { name: 'Host' });
		const before = (await header.boundingBox())?.width ?? 0;
		const handle = await header.getByTitle('Drag to change the width').boundingBox();
		if (handle === null) throw new Error('the column has no handle');
		await page.mouse.move(handle.x + 4, handle.y + 4);
		await page.mouse.down();
		await page.mouse.move(handle.x + 64, handle.y + 4);
		await page.mouse.up();
		await page.reload();
		await rows(page).first().waitFor();
		expect((await header.boundingBox())?.width).toBeCloseTo(before + 60, 0);
	});

	it('changes the width of a column by arrow keys on its edge, and back by Enter', async () => {
		page = await openVms(at.browser, at.server.url);
		const header = page.getByRole('columnheader', { name: 'State' });
		const width = async () => (await header.boundingBox())?.width;
		const before = Number(await width());
		const edge = page.getByRole('separator', { name: 'Width of State' });
		await edge.focus();
		expect(await edge.getAttribute('aria-valuenow')).toBe(String(Math.round(before)));
		await page.keyboard.press('ArrowRight');
		await page.keyboard.press('ArrowRight');
		await expect.poll(width).toBeCloseTo(before + 32, 0);
		await page.keyboard.press('ArrowLeft');
		await expect.poll(width).toBeCloseTo(before + 16, 0);
		expect(await edge.getAttribute('aria-valuenow')).toBe(String(Math.round(before) + 16));
		await page.keyboard.press('Enter');
		await expect.poll(width).toBeCloseTo(before, 0);
		expect(await page.getByRole('complementary').count()).toBe(0);
	});

	it('has its columns where somebody dragged them, and next time; Escape leaves them, and no drag sorts', async () => {
		page = await openVms(at.browser, at.server.url);
		const heads = async () => (await page.getByRole('columnheader').allInnerTexts()).map((text) => text.trim());
		const own = await heads();
		const head = (name: string) => page.getByRole('columnheader', { name, exact: true });
		const mark = page.locator('[data-mark]');
		const drag = async (name: string, onto: string, side: 'start' | 'end') => {
			const from = await head(name).boundingBox();
			const to = await head(onto).boundingBox();
			if (from === null || to === null) throw new Error('a column is not shown');
			await page.mouse.move(from.x + 20, from.y + 18);
			await page.mouse.down();
			await page.mouse.move(from.x + 30, from.y + 18);
			await page.mouse.move(side === 'start' ? to.x + 5 : to.x + to.width - 5, to.y + 18, { steps: 4 });
			await mark.waitFor();
		};
		await row(page, 'web-1').getByRole('checkbox').click();
		await drag('Host', 'Name', 'start');
		expect(await violations(page)).toEqual([]);
		await page.keyboard.press('Escape');
		await mark.waitFor({ state: 'detached' });
		await page.mouse.up();
		expect(await heads()).toEqual(own);
		// It was the drag that Escape ended, not the selection.
		await page.getByRole('button', { name: '1 selected' }).waitFor();

		await drag('Host', 'Name', 'start');
		await page.mouse.up();
		await expect.poll(heads).toEqual([own[0], 'Host', 'Name', 'State', ...own.slice(4)]);
		await drag('Name', 'Tags', 'end');
		await page.mouse.up();
		const last = [own[0], 'Host', 'State', ...own.slice(4, -1), 'Name', own.at(-1)];
		await expect.poll(heads).toEqual(last);
		expect(page.url()).not.toContain('sort');
		await page.reload();
		await rows(page).first().waitFor();
		expect(await heads()).toEqual(last);
		await page.getByRole('button', { name: 'Host', exact: true }).click();
		await page.waitForURL(/sort=host/);
	});

	it('has its columns dragged by a finger, too', async () => {
		page = await openVms(at.browser, at.server.url, { hasTouch: true });
		const heads = async () => (await page.getByRole('columnheader').allInnerTexts()).map((text) => text.trim());
		const own = await heads();
		const name = await page.getByRole('columnheader', { name: 'Name', exact: true }).boundingBox();
		const state = await page.getByRole('columnheader', { name: 'State', exact: true }).boundingBox();
		if (name === null || state === null) throw new Error('a column is not shown');
		const touch = await page.context().newCDPSession(page);
		const finger = (x: number) => ({ touchPoints: [{ x, y: state.y + 18 }] });
		await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', ...finger(state.x + 20) });
		await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', ...finger(state.x) });
		await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', ...finger(name.x + 9) });
		await page.locator('[data-mark]').waitFor();
		await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
		await expect.poll(heads).toEqual([own[0], 'State', 'Name', ...own.slice(3)]);
	});

	it('has rows as high as somebody likes them, in all lists and next time', async () => {
		page = await openVms(at.browser, at.server.url);
		const height = async () => (await row(page, 'db-1').boundingBox())?.height;
		expect(await height()).toBe(36);
		await page.getByRole('button', { name: 'Columns and rows' }).click();
		await page.getByRole('menuitemradio', { name: 'Compact' }).click();
		await page.getByRole('menuitemradio', { name: 'Compact', checked: true }).waitFor();
		await expect.poll(height).toBe(28);
		await page.reload();
		await rows(page).first().waitFor();
		expect(await height()).toBe(28);
		await page.goto(`${at.server.url}/#/hosts`);
		const host = page.getByRole('grid', { name: 'Hosts' }).getByRole('row', { name: 'xcp-lab-1', exact: true });
		expect((await host.boundingBox())?.height).toBe(28);
	});

	it('has its columns in the order that somebody gave them by keyboard, and back', async () => {
		page = await openVms(at.browser, at.server.url);
		const heads = async () => (await page.getByRole('columnheader').allInnerTexts()).map((text) => text.trim());
		const own = await heads();
		expect(own.slice(1, 4)).toEqual(['Name', 'State', 'Host']);
		await page.getByRole('button', { name: 'Columns and rows' }).focus();
		await page.keyboard.press('Enter');
		const state = page.getByRole('group', { name: 'State' }).getByRole('menuitemcheckbox');
		await state.focus();
		await page.keyboard.press('ArrowRight');
		await page.keyboard.press('ArrowRight');
		// The button goes with its column, and keeps the focus.
		await page.keyboard.press('Enter');
		const down = page.getByRole('menuitem', { name: /^Move State after/ });
		await expect.poll(heads).toEqual([own[0], 'Name', 'Host', 'State', ...own.slice(4)]);
		expect(await down.evaluate((element) => element === document.activeElement)).toBe(true);
		await page.keyboard.press('ArrowLeft');
		await page.keyboard.press('ArrowLeft');
		await page.keyboard.press('Alt+ArrowUp');
		await page.keyboard.press('Alt+ArrowUp');
		await expect.poll(heads).toEqual([own[0], 'State', 'Name', ...own.slice(3)]);
		await page.getByRole('menuitem', { name: 'State is the first column' }).waitFor();
		await page.keyboard.press('Escape');
		await page.getByRole('menu').waitFor({ state: 'detached' });
		await page.reload();
		await rows(page).first().waitFor();
		expect(await heads()).toEqual([own[0], 'State', 'Name', ...own.slice(3)]);
		const cells = await row(page, 'web-1').getByRole('gridcell').allInnerTexts();
		expect(cells[1]?.trim()).toBe('Running');
		await page.getByRole('button', { name: 'Columns and rows' }).click();
		await page.getByRole('menuitem', { name: 'Reset columns' }).click();
		await expect.poll(heads).toEqual(own);
	});

	it('shows addresses of the original as its own', async () => {
		page = await openVms(at.browser, at.server.url);
		const id = await vmId(at.server.url, 'db-1');
		await page.goto(`${at.server.url}/#/vms/${id}/console`);
		await page.getByRole('heading', { name: 'db-1' }).waitFor();
		await page.goto(`${at.server.url}/#/home?t=VM&s=name_label:db-`);
		await row(page, 'web-1').waitFor({ state: 'detached' });
		expect(await names(page)).toEqual(['db-1', 'db-2']);
	});
});

describe('the list of VMs on a phone', () => {
	const screen = { viewport: { width: 390, height: 844 } };
	const at = suite();

	it('shows all of a row inside the row, and nothing above another', async () => {
		const page = await openVms(at.browser, at.server.url, screen);
		const faults = await rows(page).evaluateAll((elements) =>
			elements.flatMap((element) => {
				const around = element.getBoundingClientRect();
				const cells = [...element.children]
					.map((cell) => ({ text: cell.textContent, box: cell.getBoundingClientRect() }))
					.filter(({ box }) => box.width > 0 && box.height > 0);
				const outside = cells.filter(
					({ box }) =>
						box.top < around.top || box.bottom > around.bottom || box.left < around.left || box.right > around.right,
				);
				const overlapping = cells.filter(({ box }, index) =>
					cells
						.slice(index + 1)
						.some(
							(other) =>
								box.left < other.box.right - 1 &&
								other.box.left < box.right - 1 &&
								box.top < other.box.bottom - 1 &&
								other.box.top < box.bottom - 1,
						),
				);
				return [...outside, ...overlapping].map(({ text }) => `${element.getAttribute('aria-label')}: ${text}`);
			}),
		);
		expect(faults).toEqual([]);
		for (const part of ['Running', 'xcp-lab-1', '10.20.10.31', '4 vCPU', '16 GiB', 'production']) {
			await row(page, 'db-1').getByText(part, { exact: true }).waitFor();
		}
	});

	it('moves no row when one is selected, and has the actions behind one button', async () => {
		const page = await openVms(at.browser, at.server.url, screen);
		const before = await row(page, 'db-1').boundingBox();
		await row(page, 'db-1').getByRole('checkbox').click();
		await page.getByRole('button', { name: '1 selected' }).waitFor();
		expect(await row(page, 'db-1').boundingBox()).toEqual(before);
		await page.getByRole('button', { name: 'Actions', exact: true }).click();
		await page.getByRole('menuitem', { name: 'Shut down' }).click();
		await page.getByRole('dialog', { name: 'Shut down: db-1?' }).waitFor();
	});
});

describe('a list of thousands of VMs', () => {
	const at = suite(() => startDemo('large:2000'));

	it('holds only the rows in view, and reaches the last', async () => {
		const page = await openVms(at.browser, at.server.url);
		const grid = page.getByRole('grid', { name: 'Virtual machines' });
		await page.locator('[role=grid][aria-rowcount="2001"]').waitFor();
		expect(await rows(page).count()).toBeLessThan(60);
		await grid.focus();
		await page.keyboard.press('End');
		await page.locator('[role=row][aria-rowindex="2001"]').waitFor();
		expect(await rows(page).count()).toBeLessThan(60);
	});

	it('does to many what is asked only after their number was typed', async () => {
		const page = await openVms(at.browser, at.server.url);
		await page.getByRole('checkbox', { name: 'Select all' }).click();
		await page.getByRole('button', { name: 'Take snapshot' }).click();
		const dialog = page.getByRole('dialog', { name: /^Take snapshot: / });
		const go = dialog.getByRole('button', { name: /^Take snapshot/ });
		await dialog.getByRole('textbox').waitFor();
		expect(await go.isDisabled()).toBe(true);
		await dialog.getByRole('textbox').focus();
		await page.keyboard.type('200');
		await page.keyboard.press('Enter');
		expect(await go.isDisabled()).toBe(true);
		await page.keyboard.type('0');
		expect(await go.isEnabled()).toBe(true);
		await dialog.getByRole('button', { name: 'Cancel' }).click();
		await dialog.waitFor({ state: 'detached' });
	});
});
