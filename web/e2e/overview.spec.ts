import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { violations } from './access';
import { openPage, signIn } from './browser';
import { call, vmId } from './client';
import { suite } from './suite';

const panel = (page: Page, name: string) => page.getByRole('region', { name });

describe('the overview', () => {
	const at = suite();
	const open = async (options = {}) => {
		const page = await openPage(at.browser, at.server.url, options);
		await signIn(page);
		await page.getByRole('heading', { name: 'Overview' }).waitFor();
		await page.getByRole('link', { name: /^Virtual machines \d+/ }).waitFor();
		return page;
	};

	it('is where signing in leads to', async () => {
		const page = await open();
		expect(page.url()).toBe(`${at.server.url}/#/dashboard`);
		await page.getByRole('link', { name: 'Overview', exact: true }).and(page.locator('[aria-current=page]')).waitFor();
	});

	it('counts states as they change, and leads to the list of each', async () => {
		const page = await open();
		await page.getByRole('link', { name: '1 Paused' }).waitFor();
		const id = await vmId(at.server.url, 'web-1');
		await call(at.server.url, 'vm.pause', { id });
		await page.getByRole('link', { name: '2 Paused' }).click();
		await page.getByRole('grid', { name: 'Virtual machines' }).getByRole('row', { name: 'web-1' }).waitFor();
		await call(at.server.url, 'vm.unpause', { id });
	});

	it('shows capacity by pool', async () => {
		const page = await open();
		const row = panel(page, 'Capacity').getByRole('row', { name: /^lab/ });
		expect(await row.textContent()).toMatch(/lab2\d+/);
		await row.getByRole('link', { name: 'lab' }).click();
		await page.getByRole('heading', { name: 'lab' }).waitFor();
	});

	it('names what is wrong and mends it', async () => {
		const page = await open();
		const sr = await call(at.server.url, 'xo.getAllObjects', { filter: { type: 'PBD', attached: true } });
		const [pbd] = Object.values(Object(sr)) as { id: string; SR: string }[];
		await call(at.server.url, 'pbd.disconnect', { id: pbd?.id });
		const health = panel(page, 'Health');
		const finding = health.getByRole('listitem').filter({ hasText: 'not connected to all hosts' });
		await finding.getByRole('button', { name: 'Connect…' }).click();
		const dialog = page.getByRole('dialog', { name: /^Connect to all hosts/ });
		await dialog.getByRole('button', { name: /^Connect to all hosts/ }).click();
		await finding.waitFor({ state: 'detached' });
	});

	it('says which pool lacks updates, and leads to them', async () => {
		const page = await open();
		const updates = panel(page, 'Updates').getByRole('listitem').filter({ hasText: 'lab' });
		await updates.getByText('3 updates are missing').waitFor();
		await updates.getByRole('link', { name: 'Update lab…' }).click();
		expect(page.url()).toContain('/patches');
	});

	it('is accessible', async () => {
		for (const screen of [
			{ viewport: { width: 1440, height: 900 }, colorScheme: 'dark' },
			{ viewport: { width: 390, height: 844 }, colorScheme: 'light' },
		]) {
			const page = await open({ ...screen, reducedMotion: 'reduce' });
			expect(await violations(page)).toEqual([]);
			await page.context().close();
		}
	});
});

describe('the overview of ten thousand VMs', () => {
	const at = suite(() => import('./server').then(({ startDemo }) => startDemo('large:10000')));

	it('counts them without reading them, and is quiet when nothing changes', async () => {
		const page = await openPage(at.browser, at.server.url);
		const received: number[] = [];
		page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => received.push(payload.length)));
		await signIn(page);
		await page.getByRole('link', { name: 'Virtual machines 10,000' }).waitFor();
		await panel(page, 'Capacity').getByRole('row').nth(1).waitFor();
		expect(received.reduce((sum, size) => sum + size, 0)).toBeLessThan(400_000);
	});
});
