import type { Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { violations } from './access';
import { openPage, openVms, row, rows, signIn } from './browser';
import { call, vmId } from './client';
import { startDemo } from './server';
import { suite } from './suite';

/** Longer than the hosts take to measure something new, in ms. */
const NEW = { timeout: 60_000 };

describe('the load of VMs and hosts', () => {
	const at = suite(() => startDemo('small', '[stats]\nloadPeriod = "1 second"'));
	let page: Page;
	afterEach(async () => {
		await page?.context().close();
	});

	const line = (name: string) => row(page, name).getByRole('img', { name: /^Use of processors, at most \d+%/ });
	const drawn = (name: string) => line(name).locator('path').last().getAttribute('d');

	it('is a line in the list of VMs, with the number of now, and nothing where nothing runs', async () => {
		page = await openVms(at.browser, at.server.url);
		await line('web-1').waitFor();
		expect(await row(page, 'web-1').textContent()).toMatch(/\d+%/);
		const cells = await rows(page).filter({ hasText: 'Halted' }).first().textContent();
		expect(cells).not.toMatch(/%|–/);
		const header = page.getByRole('columnheader', { name: 'Load' });
		await header.waitFor();
		expect(await header.getByRole('button').count()).toBe(0);
		expect(await violations(page)).toEqual([]);
	});

	it('is told as it changes, and the page asks for nothing', async () => {
		const sent: string[] = [];
		const context = await at.browser.newContext({ viewport: { width: 1440, height: 900 } });
		page = await context.newPage();
		page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => sent.push(String(payload))));
		await page.goto(`${at.server.url}/#/vms`);
		await signIn(page);
		await line('web-1').waitFor();
		const before = await drawn('web-1');
		const asked = sent.length;
		await expect.poll(() => drawn('web-1'), NEW).not.toBe(before);
		expect(sent.slice(asked)).toEqual([]);
		expect(sent.filter((frame) => frame.includes('stats.subscribeLoad'))).toHaveLength(1);

		await page.goto(`${at.server.url}/#/networks`);
		await expect.poll(() => sent.filter((frame) => frame.includes('"ids":[]')), NEW).toHaveLength(1);
	});

	it('goes when the VM is stopped, and comes back when it runs', async () => {
		page = await openVms(at.browser, at.server.url);
		const id = await vmId(at.server.url, 'web-1');
		await line('web-1').waitFor();
		await call(at.server.url, 'vm.stop', { id, force: true });
		await line('web-1').waitFor({ state: 'detached' });
		await call(at.server.url, 'vm.start', { id });
		await line('web-1').waitFor();
	});

	it('is in the list of hosts, too', async () => {
		page = await openPage(at.browser, `${at.server.url}/#/hosts`);
		await signIn(page);
		const host = page.getByRole('grid', { name: 'Hosts' }).getByRole('row', { name: 'xcp-lab-1' });
		const image = host.getByRole('img', { name: /^Use of processors/ });
		await image.waitFor();
		const path = image.locator('path').last();
		const before = await path.getAttribute('d');
		await expect.poll(() => path.getAttribute('d'), NEW).not.toBe(before);
	});

	it('is left out where there is no room, and can be hidden', async () => {
		page = await openVms(at.browser, at.server.url, { viewport: { width: 390, height: 844 } });
		expect(await page.getByRole('img', { name: /^Use of processors/ }).count()).toBe(0);
		await page.context().close();
		page = await openVms(at.browser, at.server.url);
		await line('web-1').waitFor();
		await page.getByRole('button', { name: 'Columns' }).click();
		await page.getByRole('menuitemcheckbox', { name: 'Load', exact: true }).click();
		await line('web-1').waitFor({ state: 'detached' });
	});
});
