import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { launch, openPage, signIn } from './browser';
import { idOf } from './client';
import { type Running, startDemo, startLasting } from './server';

describe('a rolling reboot', () => {
	let server: Awaited<ReturnType<typeof startLasting>>;
	let again: Running | undefined;
	let browser: Browser;

	beforeAll(async () => {
		[server, browser] = await Promise.all([startLasting('two-pools'), launch()]);
	});
	afterAll(async () => {
		await browser?.close();
		await (again ?? server)?.stop();
	});

	it('is checked, shows its plan, outlives the end of the server as a plan, and is given up', async () => {
		const pool = await idOf(server.url, 'pool', 'north');
		const page = await openPage(browser, `${server.url}/#/pools/${pool}`);
		await signIn(page);
		await page.getByRole('button', { name: 'Rolling reboot' }).click();
		const dialog = page.getByRole('dialog', { name: 'Rolling reboot: north?' });
		await dialog.getByRole('row', { name: /^north-1 Master 2 VMs/ }).waitFor();
		await dialog.getByText('Each host can be emptied.').waitFor();
		await dialog.getByRole('button', { name: 'Rolling reboot' }).click();
		const plan = page.getByRole('list', { name: 'Plan' });
		await plan.getByRole('listitem').filter({ hasText: 'north-1' }).getByText('VMs move away').waitFor();
		await plan.getByRole('listitem').filter({ hasText: 'north-2' }).getByText('waits for its turn').waitFor();

		await server.stop();
		await page.getByRole('alert').filter({ hasText: 'Connection lost' }).waitFor();
		again = await server.startAgain();
		await page.getByRole('alert').filter({ hasText: 'It was interrupted when this server stopped' }).waitFor();
		await page.getByRole('button', { name: 'Go on' }).waitFor();
		await page.getByRole('button', { name: 'Give up' }).click();
		await page.getByRole('dialog').getByRole('button', { name: 'Give up' }).click();
		await page.getByText('north is as it was').waitFor();
		await page.getByRole('alert').filter({ hasText: 'It was interrupted' }).waitFor({ state: 'detached' });
	});
});

describe('a rolling update', () => {
	let server: Running;
	let browser: Browser;

	beforeAll(async () => {
		[server, browser] = await Promise.all([startDemo('two-pools'), launch()]);
	});
	afterAll(async () => {
		await browser?.close();
		await server?.stop();
	});

	it('stops after the host that is being worked on, where somebody wants that', async () => {
		const pool = await idOf(server.url, 'pool', 'north');
		const page = await openPage(browser, `${server.url}/#/pools/${pool}/patches`);
		page.setDefaultTimeout(170_000);
		await signIn(page);
		await page.getByRole('button', { name: 'Rolling update…' }).click();
		const dialog = page.getByRole('dialog', { name: 'Rolling update: north?' });
		await dialog.getByText('3 updates').first().waitFor();
		await dialog.getByRole('button', { name: 'Rolling update' }).click();
		await page.getByRole('button', { name: 'Stop after this host' }).click();
		await page.getByRole('dialog').getByRole('button', { name: 'Stop after this host' }).click();
		await page.getByRole('button', { name: 'Stops after this host' }).waitFor();
		await page.getByRole('alert').filter({ hasText: 'it has been cancelled' }).first().waitFor();
		const plan = page.getByRole('list', { name: 'Plan' });
		await plan.getByRole('listitem').filter({ hasText: 'north-1' }).getByText('done').waitFor();
		await plan.getByRole('listitem').filter({ hasText: 'north-2' }).getByText('waits for its turn').waitFor();
	}, 200_000);

	it('says in words what keeps it from beginning', async () => {
		const page = await openPage(browser, `${server.url}/#/pools/${await idOf(server.url, 'pool', 'branch')}`);
		await signIn(page);
		await page.getByRole('button', { name: 'Rolling reboot' }).click();
		const dialog = page.getByRole('dialog', { name: 'Rolling reboot: branch?' });
		await dialog.getByText('there is no other host that takes VMs').waitFor();
		await dialog.getByRole('button', { name: 'Rolling reboot' }).and(page.locator(':disabled')).waitFor();
	});
});
