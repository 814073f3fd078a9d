import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { violations } from './access';
import { more, openAt } from './browser';
import { call, idOf, object } from './client';
import { startDemo } from './server';
import { suite } from './suite';

describe('an emergency shutdown', () => {
	const at = suite(() => startDemo('two-pools'));

	const ask = async (path: string, name: string, typed = name) => {
		const page = await openAt(at.browser, at.server.url, path);
		await more(page, 'Emergency shutdown');
		const dialog = page.getByRole('dialog', { name: `Emergency shutdown: ${name}?` });
		await dialog.getByRole('textbox').fill(typed);
		return { page, dialog };
	};
	const act = (page: Page) =>
		page.getByRole('dialog').getByRole('button', { name: 'Emergency shutdown' }).and(page.locator(':enabled')).click();
	const power = async (name: string) => (await object(at.server.url, { type: 'host', name_label: name })).power_state;

	it('of a host wants its name, and takes it down with its VMs suspended', async () => {
		const { page, dialog } = await ask(`/hosts/${await idOf(at.server.url, 'host', 'north-2')}`, 'north-2', 'north');
		const button = dialog.getByRole('button', { name: 'Emergency shutdown' });
		expect(await button.isDisabled()).toBe(true);
		expect(await violations(page)).toEqual([]);
		await dialog.getByRole('textbox').fill('north-2');
		await act(page);
		await expect.poll(() => power('north-2'), { timeout: 60_000 }).not.toBe('Running');
		await expect
			.poll(async () => (await object(at.server.url, { type: 'VM', name_label: 'shop-db' })).power_state)
			.toBe('Suspended');
		await page.getByRole('button', { name: 'More' }).click();
		await page.getByRole('menuitem', { name: 'Emergency shutdown', disabled: true }).waitFor();
	});

	it('of a pool takes all of its hosts down', async () => {
		const { page } = await ask(`/pools/${await idOf(at.server.url, 'pool', 'branch')}`, 'branch');
		await act(page);
		await page.getByRole('status').filter({ hasText: 'does not answer' }).waitFor();
		const servers = (await call(at.server.url, 'server.getAll', {})) as { poolNameLabel?: string; status: string }[];
		expect(servers.find(({ poolNameLabel }) => poolNameLabel === 'branch')?.status).not.toBe('connected');
		expect((await object(at.server.url, { type: 'VM', name_label: 'branch-fw' })).power_state).toBe('Suspended');
	});
});
