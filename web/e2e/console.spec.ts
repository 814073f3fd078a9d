import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { violations } from './access';
import { launch, openPage, openVms, signIn } from './browser';
import { call, vmId } from './client';
import { startLasting } from './server';
import { suite } from './suite';

/** The simulated screen writes what was typed on its seventh line of ten dots, below the clock. */
function typedDots(page: Page): Promise<number> {
	return page
		.getByRole('application')
		.locator('canvas')
		.evaluate((element) => {
			const context = element instanceof HTMLCanvasElement ? element.getContext('2d') : null;
			const { data } = context?.getImageData(0, 58, 780, 14) ?? { data: [] };
			let lit = 0;
			for (let at = 0; at < data.length; at += 4) lit += (data[at] ?? 0) > 128 ? 1 : 0;
			return lit;
		});
}

/** A page of the simulated screen, once its first picture is there. */
async function drawn(page: Page): Promise<void> {
	await page.getByRole('status').filter({ hasText: 'Connecting' }).waitFor({ state: 'detached' });
	await expect.poll(() => typedDots(page), { timeout: 20_000 }).toBeGreaterThan(0);
}

async function type(page: Page, letters: string): Promise<void> {
	const before = await typedDots(page);
	await page.keyboard.type(letters);
	// A cursor blinks beside the letters: what is typed has more dots than that.
	await expect.poll(() => typedDots(page), { timeout: 20_000 }).toBeGreaterThan(before + 20);
}

describe('a console', () => {
	const at = suite();
	let page: Page;
	afterEach(async () => {
		await page?.context().close();
	});
	const open = async (name: string) => {
		page = await openVms(at.browser, at.server.url);
		await page.goto(`${at.server.url}/#/vms/${await vmId(at.server.url, name)}/console`);
	};

	it('shows the screen of a VM and gives it keys', async () => {
		await open('web-1');
		await drawn(page);
		await page.getByRole('application', { name: /^Screen of web-1/ }).focus();
		await type(page, 'mmmmm');
	});

	it('is reached and left by the keyboard alone', async () => {
		await open('web-2');
		await drawn(page);
		await page.getByRole('button', { name: 'Full screen' }).focus();
		await page.keyboard.press('Tab');
		await type(page, 'mmmmm');
		await page.keyboard.press('Control+Alt+KeyG');
		const focused = page.getByRole('button', { name: 'Ctrl-Alt-Del' });
		await expect.poll(() => focused.evaluate((button) => button === document.activeElement)).toBe(true);
		expect(await violations(page)).toEqual([]);
	});

	it('types a text of several lines', async () => {
		await open('db-1');
		await drawn(page);
		const before = await typedDots(page);
		await page.getByRole('button', { name: 'Type text' }).click();
		const dialog = page.getByRole('dialog', { name: 'Type a text into db-1' });
		await dialog.getByLabel('Text').fill('mount\nMmmmmm');
		await dialog.getByRole('button', { name: 'Type it' }).click();
		await dialog.waitFor({ state: 'detached' });
		await expect.poll(() => typedDots(page), { timeout: 20_000 }).toBeGreaterThan(before + 40);
	});

	it('says that a halted VM has none, and comes with its start', async () => {
		await open('sandbox');
		const region = page.getByRole('region', { name: 'Console of sandbox' });
		await region.getByText('It is halted').waitFor();
		expect(await violations(page)).toEqual([]);
		await region.getByRole('button', { name: 'Start' }).click();
		await page.getByRole('application', { name: /^Screen of sandbox/ }).waitFor();
		await drawn(page);
	});

	it('goes on when its VM reboots', async () => {
		await open('fw-1');
		await drawn(page);
		await page.getByRole('application').focus();
		const before = await typedDots(page);
		await type(page, 'mmmmm');
		await call(at.server.url, 'vm.restart', { id: await vmId(at.server.url, 'fw-1'), force: true });
		// What was typed is gone with the old life, and the new one takes keys.
		await expect.poll(() => typedDots(page), { timeout: 30_000 }).toBeLessThan(before + 20);
		await page.getByRole('application').focus();
		await type(page, 'mmmmm');
	});

	it('puts a disc into the drive and takes it out', async () => {
		await open('new-server');
		await page.getByRole('button', { name: /^Disc: / }).click();
		const dialog = page.getByRole('dialog', { name: 'Disc in new-server' });
		await dialog.getByRole('button', { name: 'Eject' }).click();
		await dialog.getByText('There is no disc in the drive').waitFor();
		await dialog.getByLabel('ISO image').first().click();
		await page.getByRole('option', { name: /^systemrescue/ }).click();
		await dialog.getByRole('button', { name: 'Insert' }).click();
		await dialog.waitFor({ state: 'detached' });
		await page.getByRole('button', { name: /^Disc: systemrescue/ }).waitFor();
	});

	it('is text for the control domain of a host, too', async () => {
		page = await openVms(at.browser, at.server.url);
		const filter = { type: 'host', name_label: 'xcp-lab-1' };
		const [host] = Object.keys(Object(await call(at.server.url, 'xo.getAllObjects', { filter })));
		await page.goto(`${at.server.url}/#/hosts/${host}/console`);
		await drawn(page);
		await page.getByRole('button', { name: 'Text console' }).click();
		const text = page.getByRole('application', { name: /^Text console of xcp-lab-1/ });
		await text
			.getByText(/xcp-lab-1/)
			.first()
			.waitFor();
		await text.focus();
		await page.keyboard.type('echo over here\n');
		await text
			.getByText(/over here/)
			.first()
			.waitFor();
	});

	it('says why there is none for somebody who may only look', async () => {
		const { url } = at.server;
		const id = await vmId(url, 'web-1');
		const email = 'looker@example.net';
		const subject = await call(url, 'user.create', { email, password: 'looks only' });
		await call(url, 'acl.add', { subject, object: id, action: 'viewer' });
		page = await openPage(at.browser, url);
		await signIn(page, { email, password: 'looks only' });
		await page.getByRole('navigation', { name: 'Main' }).waitFor();
		await page.goto(`${url}/#/vms/${id}/console`);
		const status = page.getByRole('status').filter({ hasText: 'There is no console now' });
		await status.getByText('not enough permissions').waitFor();
		expect(await status.getByRole('button', { name: 'Try now' }).isEnabled()).toBe(true);
	});

	it('has a page of its own, with nothing else on it', async () => {
		await open('web-1');
		const [own] = await Promise.all([
			page.context().waitForEvent('page'),
			page.getByRole('button', { name: 'Own window' }).click(),
		]);
		await drawn(own);
		expect(await own.getByRole('navigation').count()).toBe(0);
		await own.getByRole('application').focus();
		await type(own, 'mmmmm');
		expect(await violations(own)).toEqual([]);
	});
});

describe('a console whose server restarts', () => {
	let server: Awaited<ReturnType<typeof startLasting>>;
	let again: { stop: () => Promise<void> };
	let browser: Browser;
	beforeAll(async () => {
		[server, browser] = await Promise.all([startLasting(), launch()]);
	});
	afterAll(async () => {
		await browser?.close();
		await again?.stop();
	});

	it('says so, and is there again by itself', async () => {
		const page = await openPage(browser, server.url);
		await signIn(page);
		const id = await vmId(server.url, 'web-1');
		await page.goto(`${server.url}/#/vms/${id}/console`);
		await drawn(page);
		await server.stop();
		await page.getByRole('status').filter({ hasText: 'The console is interrupted' }).waitFor();
		again = await server.startAgain();
		await page.getByRole('status').filter({ hasText: 'The console is interrupted' }).waitFor({ state: 'detached' });
		await drawn(page);
		await page.getByRole('application').focus();
		await type(page, 'mmmmm');
	});
});
