import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { violations } from './access';
import { launch, openPage, signIn } from './browser';
import { type Running, startEmpty, startPool } from './server';

describe('servers', () => {
	let server: Awaited<ReturnType<typeof startEmpty>>;
	let pool: Running;
	let browser: Browser;
	let page: Page;
	let other: Page;

	beforeAll(async () => {
		[server, pool, browser] = await Promise.all([startEmpty(), startPool(), launch()]);
		[page, other] = await Promise.all([openPage(browser, server.url), openPage(browser, server.url)]);
		for (const one of [page, other]) await signIn(one, { email: 'admin@admin.net', password: server.password });
		for (const one of [page, other]) {
			await one.getByRole('link', { name: 'Admin', exact: true }).click();
			await one.getByRole('heading', { name: 'No pool is connected yet' }).waitFor();
		}
	});
	afterAll(async () => {
		await browser?.close();
		await server?.stop();
		await pool?.stop();
	});

	const row = (of: Page, name: string) =>
		of.getByRole('grid', { name: 'Servers' }).getByRole('row', { name, exact: true });

	it('asks about a certificate that nobody vouches for, and connects when it is accepted', async () => {
		const secure = /and (https:\/\/[\d.:]+)/.exec(pool.output())?.[1] ?? '';
		await page.getByRole('button', { name: 'Connect a pool' }).first().click();
		const dialog = page.getByRole('dialog', { name: 'Connect a pool' });
		await dialog.getByLabel('Address').fill(secure);
		await dialog.getByLabel('Password', { exact: true }).fill('password');
		await dialog.getByRole('button', { name: 'Connect', exact: true }).click();
		const question = dialog.getByRole('alert');
		await question.getByText('No authority that is trusted vouches for').waitFor();
		expect(await question.textContent()).toMatch(/([0-9A-F]{2}:){31}[0-9A-F]{2}/);
		await question.getByText('CN=').first().waitFor();
		await question.getByText('Valid', { exact: true }).waitFor();
		expect(await violations(page)).toEqual([]);
		await question.getByRole('button', { name: /^Accept/ }).click();
		await dialog.waitFor({ state: 'detached' });
		await row(page, 'lab').getByText('Live').waitFor();
		// The other page was told.
		await row(other, 'lab').getByText('Live').waitFor();
	});

	it('shows the question again beside the list while it is in the way', async () => {
		await row(page, 'lab').click();
		const details = page.getByRole('complementary', { name: 'Details of lab' });
		await details.getByRole('button', { name: 'Change' }).click();
		const form = page.getByRole('dialog', { name: 'Change the connection of lab' });
		await form.getByRole('checkbox', { name: 'Accept a self-signed certificate' }).uncheck();
		await form.getByRole('button', { name: 'Save' }).click();
		await form.getByRole('alert').waitFor();
		await form.getByRole('button', { name: 'Cancel' }).click();
		// Its name was that of its pool, which is not known any more.
		await details.waitFor({ state: 'detached' });
		const question = page.getByRole('complementary').getByRole('status');
		await question.getByText('No authority that is trusted vouches for').waitFor();
		await question.getByRole('button', { name: /^Accept/ }).click();
		await row(page, 'lab').getByText('Live').waitFor();
	});

	it('shows on another page what is changed on this', async () => {
		await row(page, 'lab').click();
		const details = page.getByRole('complementary', { name: 'Details of lab' });
		await details.getByRole('button', { name: 'Change' }).click();
		const form = page.getByRole('dialog', { name: 'Change the connection of lab' });
		await form.getByLabel('Label (optional)').fill('laboratory');
		await form.getByRole('checkbox', { name: 'Read only' }).check();
		await form.getByRole('button', { name: 'Save' }).click();
		await row(other, 'laboratory').getByText('yes').first().waitFor();
		await other.getByRole('switch', { name: 'Connect laboratory' }).press('Space');
		await other
			.getByRole('dialog', { name: 'Disconnect: laboratory?' })
			.getByRole('button', { name: 'Disconnect' })
			.click();
		await row(page, 'laboratory').getByText('Switched off').waitFor();
		await row(page, 'laboratory').click();
		const named = page.getByRole('complementary', { name: 'Details of laboratory' });
		await named.getByRole('button', { name: 'Connect', exact: true }).click();
		await row(other, 'laboratory').getByText('Live').waitFor();
	});

	it('says why a server is not reached, as soon as that is known', async () => {
		await pool.stop();
		await row(page, 'laboratory')
			.getByText(/Trying again|Disconnected/)
			.waitFor();
		await row(other, 'laboratory')
			.getByText(/Trying again|Disconnected/)
			.waitFor();
	});

	it('forgets a server, which it names', async () => {
		await page.getByLabel('Select laboratory').check();
		await page.getByRole('region', { name: 'Selection' }).getByRole('button', { name: 'Forget' }).click();
		await page.getByRole('dialog', { name: 'Forget: laboratory?' }).getByRole('button', { name: 'Forget' }).click();
		await page.getByRole('heading', { name: 'No pool is connected yet' }).waitFor();
		await other.getByRole('heading', { name: 'No pool is connected yet' }).waitFor();
	});
});
