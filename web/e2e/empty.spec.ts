/** A server that knows no pool: every page says so, and leads to where one is connected. */
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { violations } from './access';
import { openPage, signIn } from './browser';
import { DEMO, startEmpty } from './server';
import { suite } from './suite';

const PATHS = ['dashboard', 'vms', 'new/vm', 'new/network', 'new/sr', 'import', 'visualization'];

describe('a server without a pool', () => {
	let password: string;
	const at = suite(async () => {
		const server = await startEmpty();
		password = server.password;
		return server;
	});
	let page: Page;

	beforeAll(async () => {
		page = await openPage(at.browser, at.server.url);
		await signIn(page, { ...DEMO, password });
	});

	it.each(PATHS)('%s leads to the connection of one', async (path) => {
		await page.goto(`${at.server.url}/#/${path}`);
		await page.getByRole('heading', { name: 'No pool is connected yet' }).waitFor();
		await page.getByRole('link', { name: 'Connect a pool' }).waitFor();
		expect(await violations(page)).toEqual([]);
	});

	it('opens the form of a connection from there', async () => {
		await page.getByRole('link', { name: 'Connect a pool' }).click();
		await page.getByRole('dialog', { name: 'Connect a pool' }).waitFor();
	});
});
