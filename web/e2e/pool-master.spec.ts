import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { violations } from './access';
import { choose, launch, more, openPage, signIn } from './browser';
import { call, object } from './client';
import { type Running, startEmpty, startPool } from './server';

describe('the master of a pool', () => {
	let server: Awaited<ReturnType<typeof startEmpty>>;
	let pool: Running;
	let browser: Browser;
	let who: { email: string; password: string };

	beforeAll(async () => {
		const fault = { method: 'pool.designate_new_master', code: 'DESIGNATE_NEW_MASTER_IN_PROGRESS', times: 1 };
		[server, pool, browser] = await Promise.all([
			startEmpty(),
			startPool('small', '--fault', `fail=${JSON.stringify(fault)}`),
			launch(),
		]);
		who = { email: 'admin@admin.net', password: server.password };
		await call(server.url, 'server.add', { host: pool.url, username: 'root', password: 'password' }, who);
	});
	afterAll(async () => {
		await browser?.close();
		await Promise.all([server?.stop(), pool?.stop()]);
	});

	const ask = async (page: Page) => {
		await more(page, 'Change the master');
		const dialog = page.getByRole('dialog', { name: 'Change the master: lab?' });
		expect(await dialog.getByRole('button', { name: 'Change the master' }).isDisabled()).toBe(true);
		await choose(dialog, 'New master', /xcp-lab-2/);
		return dialog;
	};

	it('stays when it cannot be changed, which is said; is another host afterwards', async () => {
		await expect.poll(() => object(server.url, { type: 'pool' }, who).catch(() => undefined)).toBeDefined();
		const { id } = await object(server.url, { type: 'pool' }, who);
		const page = await openPage(browser, `${server.url}/#/pools/${id}`, { reducedMotion: 'reduce' });
		await signIn(page, who);
		const fact = page.locator('dl > div').filter({ hasText: 'Master' });
		await fact.getByText('xcp-lab-1').waitFor();
		const dialog = await ask(page);
		const act = dialog.getByRole('button', { name: 'Change the master' }).and(page.locator(':enabled'));
		await act.waitFor();
		expect(await violations(page)).toEqual([]);
		await act.click();
		await dialog.getByRole('alert').filter({ hasText: 'The pool is changing its master already' }).waitFor();
		expect(await dialog.getByRole('combobox', { name: 'New master' }).inputValue()).toBe('xcp-lab-2');
		await fact.getByText('xcp-lab-1').waitFor();
		await act.click();
		await page.getByText('Changed the master of lab').waitFor();
		await fact.getByText('xcp-lab-2').waitFor();
		const { id: host } = await object(server.url, { type: 'host', name_label: 'xcp-lab-2' }, who);
		expect((await object(server.url, { type: 'pool' }, who)).master).toBe(host);
	});
});
