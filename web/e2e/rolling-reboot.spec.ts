import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, openPage, signIn } from './browser';
import { call, object, objects } from './client';
import { type Running, startEmpty, startPool } from './server';

describe('a rolling reboot', () => {
	let server: Awaited<ReturnType<typeof startEmpty>>;
	let pool: Running;
	let browser: Browser;
	let who: { email: string; password: string };

	beforeAll(async () => {
		[server, pool, browser] = await Promise.all([startEmpty(), startPool('two-pools', '--pace', '0.05'), launch()]);
		who = { email: 'admin@admin.net', password: server.password };
		await call(server.url, 'server.add', { host: pool.url, username: 'root', password: 'password' }, who);
	});
	afterAll(async () => {
		await browser?.close();
		await Promise.all([server?.stop(), pool?.stop()]);
	});

	it('restarts each host, the master first, and leaves every VM running that ran', async () => {
		const hosts = () => objects(server.url, { type: 'host' }, who);
		const running = async () => {
			const vms = await objects(server.url, { type: 'VM', power_state: 'Running' }, who);
			return vms.map(({ name_label }) => name_label).sort();
		};
		await expect.poll(hosts).toHaveLength(3);
		const started = new Map((await hosts()).map(({ id, startTime }) => [id, Number(startTime)]));
		const ran = await running();
		const { id } = await object(server.url, { type: 'pool' }, who);
		const page = await openPage(browser, `${server.url}/#/pools/${id}`);
		page.setDefaultTimeout(60_000);
		await signIn(page, who);
		await page.getByRole('button', { name: 'Rolling reboot' }).click();
		const dialog = page.getByRole('dialog', { name: 'Rolling reboot: north?' });
		await dialog.getByRole('button', { name: 'Rolling reboot' }).and(page.locator(':enabled')).click();
		const plan = page.getByRole('list', { name: 'Plan' });
		await plan.getByRole('listitem').filter({ hasText: 'north-1' }).getByText('done').waitFor();
		await page.getByText('All hosts are through.').waitFor();
		for (const host of await hosts()) {
			expect(Number(host.startTime)).toBeGreaterThan(started.get(host.id) ?? Number.POSITIVE_INFINITY);
			expect(host).toMatchObject({ enabled: host.name_label !== 'north-3', power_state: 'Running' });
		}
		expect(await running()).toEqual(ran);
	}, 200_000);
});
