import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { violations } from './access';
import { choose, launch, more, openAt, openPage, signIn } from './browser';
import { call, idOf, objects } from './client';
import { type Running, startDemo, startEmpty, startPool } from './server';
import { suite } from './suite';

describe('pools of one server', () => {
	let server: Awaited<ReturnType<typeof startEmpty>>;
	let first: Running;
	let second: Running;
	let browser: Browser;

	beforeAll(async () => {
		[server, first, second, browser] = await Promise.all([
			startEmpty(),
			startPool(),
			startPool('large', '--hosts', '1', '--vms', '3', '--seed', '7'),
			launch(),
		]);
	});
	afterAll(async () => {
		await browser?.close();
		await Promise.all([server?.stop(), first?.stop(), second?.stop()]);
	});

	it('are two when a second one is connected; the same one is not connected twice', async () => {
		const who = { email: 'admin@admin.net', password: server.password };
		const page = await openPage(browser, `${server.url}/#/servers`);
		await signIn(page, who);
		const connect = async (url: string) => {
			await page.getByRole('button', { name: 'Connect a pool' }).first().click();
			const dialog = page.getByRole('dialog', { name: 'Connect a pool' });
			await dialog.getByLabel('Address').fill(url);
			await dialog.getByLabel('Password', { exact: true }).fill('password');
			await dialog.getByRole('button', { name: 'Connect' }).click();
			return dialog;
		};
		await (await connect(first.url)).waitFor({ state: 'detached' });
		await (await connect(second.url)).waitFor({ state: 'detached' });
		const grid = page.getByRole('grid', { name: 'Servers' });
		await grid.getByRole('row', { name: 'lab', exact: true }).getByText('Live').waitFor();
		await grid.getByRole('row', { name: 'Large', exact: true }).getByText('Live').waitFor();
		const again = await connect(second.url);
		await again.getByRole('alert').waitFor();
		expect(await again.getByLabel('Address').inputValue()).toBe(second.url);
		const servers = (await call(server.url, 'server.getAll', {}, who)) as { poolNameLabel: string; status: string }[];
		const all = servers.map(({ poolNameLabel, status }) => [poolNameLabel, status]);
		expect(all.sort()).toEqual([
			['Large', 'connected'],
			['lab', 'connected'],
		]);
	});
});

describe('a pool of one host', () => {
	const at = suite(() => startDemo('two-pools'));

	const ask = async (page: Page) => {
		await more(page, 'Merge into a pool');
		const dialog = page.getByRole('dialog', { name: 'Merge into a pool: branch?' });
		await choose(dialog, 'Pool to join', /north/);
		return dialog;
	};

	it('says what stands against a merge, and keeps what was chosen', async () => {
		const page = await openAt(at.browser, at.server.url, `/pools/${await idOf(at.server.url, 'pool', 'branch')}`);
		const dialog = await ask(page);
		await dialog.getByText('host `branch-1` cannot join: VMs run on it').waitFor();
		expect(await dialog.getByRole('button', { name: 'Merge into a pool' }).isDisabled()).toBe(true);
		expect(await dialog.getByRole('combobox', { name: 'Pool to join' }).inputValue()).toBe('north');
		expect(await violations(page)).toEqual([]);
	});

	it('becomes a host of the other pool, with its VMs, and its server is forgotten', async () => {
		const { url } = at.server;
		for (const name of ['branch-fw', 'cash-desk']) {
			await call(url, 'vm.stop', { id: await idOf(url, 'VM', name), force: true });
		}
		const north = await idOf(url, 'pool', 'north');
		const page = await openAt(at.browser, url, `/pools/${await idOf(url, 'pool', 'branch')}`);
		const dialog = await ask(page);
		await dialog.getByRole('switch', { name: 'Processors may differ' }).check();
		await dialog.getByRole('button', { name: 'Merge into a pool' }).and(page.locator(':enabled')).click();
		await page.getByText('Merged branch').waitFor();
		await page.getByText('This is gone').waitFor();
		await expect
			.poll(async () => (await objects(url, { type: 'host', name_label: 'branch-1' }))[0]?.$pool, { timeout: 60_000 })
			.toBe(north);
		const [vm] = await objects(url, { type: 'VM', name_label: 'branch-fw' });
		expect(vm?.$pool).toBe(north);
		expect(await objects(url, { type: 'pool' })).toHaveLength(1);
		expect(await call(url, 'server.getAll', {})).toHaveLength(1);
		await page.goto(`${url}/#/pools/${north}/hosts`);
		await page.getByRole('row', { name: 'branch-1' }).waitFor();
	});
});
