import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { violations } from './access';
import { launch, openPage, signIn } from './browser';
import { call, object, objects } from './client';
import { type Feed, startFeed } from './feed';
import { type Running, startEmpty, startPool } from './server';

describe('updates of XenServer 7.1', () => {
	let feed: Feed;
	let server: Awaited<ReturnType<typeof startEmpty>>;
	let pool: Running;
	let browser: Browser;
	let page: Page;
	let who: { email: string; password: string };

	beforeAll(async () => {
		feed = await startFeed([{ name: 'XS71E001', guidance: 'restartHost' }, { name: 'XS71E002' }]);
		[server, pool, browser] = await Promise.all([
			startEmpty(`[updates]\nfeed = "${feed.url}"\n`),
			startPool('small', '--profile', 'xenserver-7.1'),
			launch(),
		]);
		who = { email: 'admin@admin.net', password: server.password };
		await call(server.url, 'server.add', { host: pool.url, username: 'root', password: 'password' }, who);
	});
	afterAll(async () => {
		await browser?.close();
		await Promise.all([server?.stop(), pool?.stop(), feed?.stop()]);
	});

	const host = (name: string) => object(server.url, { type: 'host', name_label: name }, who);
	const missing = () => page.getByRole('table', { name: 'Missing updates' });
	const lacks = async (name: string) => {
		const list = await call(server.url, 'pool.listMissingPatches', { host: (await host(name)).id }, who);
		return (list as { name: string }[]).map((patch) => patch.name).sort();
	};
	const choose = (name: string) => missing().getByRole('checkbox', { name: `Choose ${name}` });
	const install = async (count: string) => {
		await page.getByRole('button', { name: `Install ${count}` }).click();
		const dialog = page.getByRole('dialog', { name: `Install ${count}: xcp-lab-2?` });
		await dialog.getByRole('button', { name: `Install ${count}` }).click();
		await dialog.waitFor({ state: 'detached' });
	};

	it('are chosen one by one; what cannot be got is said, and stays chosen', async () => {
		await expect.poll(() => objects(server.url, { type: 'host' }, who)).toHaveLength(2);
		const { id } = await host('xcp-lab-2');
		page = await openPage(browser, `${server.url}/#/hosts/${id}/patches`, { reducedMotion: 'reduce' });
		await signIn(page, who);
		await missing()
			.getByRole('row', { name: /XS71E001.*restartHost/ })
			.waitFor();
		expect(await violations(page)).toEqual([]);
		feed.lose(true);
		await choose('XS71E001').check();
		await install('1 update');
		await page.getByRole('alert').filter({ hasText: '404' }).waitFor();
		expect(await choose('XS71E001').isChecked()).toBe(true);
		expect(await lacks('xcp-lab-2')).toEqual(['XS71E001', 'XS71E002']);
		feed.lose(false);
	});

	it('are installed alone on one host, which waits for its reboot then', async () => {
		page.setDefaultTimeout(60_000);
		await install('1 update');
		await page.getByText('Installed updates of xcp-lab-2').waitFor();
		await page.getByText('Installed updates wait for a reboot of this host.').waitFor();
		await choose('XS71E001').waitFor({ state: 'detached' });
		expect(await page.getByRole('button', { name: 'Install 1 update' }).isVisible()).toBe(true);
		expect(await lacks('xcp-lab-2')).toEqual(['XS71E002']);
		expect(await lacks('xcp-lab-1')).toEqual(['XS71E001', 'XS71E002']);
		expect((await host('xcp-lab-2')).rebootRequired).toBe(true);
	}, 200_000);

	it('that only one host has are told by the page of the pool', async () => {
		await page.getByRole('link', { name: 'Updates of the pool' }).click();
		const hosts = page.getByRole('table', { name: 'Updates by host' });
		await hosts.getByRole('row', { name: /xcp-lab-1.*it is the master/ }).waitFor();
		await hosts.getByRole('row', { name: /xcp-lab-2.*has more: XS71E001/ }).waitFor();
		expect(await violations(page)).toEqual([]);
		const [one, two] = [(await host('xcp-lab-1')).id, (await host('xcp-lab-2')).id];
		const differ = (source: unknown, target: unknown) =>
			call(server.url, 'pool.getPatchesDifference', { source, target }, who);
		expect(await differ(one, two)).toEqual(['XS71E001']);
		expect(await differ(two, one)).toEqual([]);
	});
});
