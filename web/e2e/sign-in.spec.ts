import { describe, expect, it } from 'vitest';
import { openPage, openVms, rows, signIn } from './browser';
import { suite } from './suite';

describe('the sign-in page', () => {
	const at = suite();

	it('refers to nothing that is not there', async () => {
		const page = await at.browser.newPage();
		const wrong: string[] = [];
		page.on('response', (response) => {
			if (response.status() >= 400) wrong.push(`${response.status()} ${response.url()}`);
		});
		page.on('console', (message) => {
			if (message.type() === 'error') wrong.push(message.text());
		});
		await page.goto(at.server.url);
		await page.getByRole('heading', { name: 'Sign in' }).waitFor();
		// A browser without windows shows no icon, and reads no manifest.
		await page.evaluate(async () => {
			const named = [...document.querySelectorAll<HTMLLinkElement>('link[href]')].map(({ href }) => href);
			await Promise.all([...named, '/favicon.ico'].map((url) => fetch(url)));
		});
		await page.waitForLoadState('networkidle');
		expect(wrong).toEqual([]);
	});

	it('says in the form why somebody is refused', async () => {
		const page = await openPage(at.browser, at.server.url);
		await signIn(page, { email: 'nobody@example.org', password: 'wrong' });
		expect(await page.getByRole('alert').textContent()).toBe('Invalid credentials.');
	});

	it('leads to the list, which a reload keeps', async () => {
		const page = await openVms(at.browser, at.server.url);
		await page.reload();
		await rows(page).first().waitFor();
		expect(page.url()).toBe(`${at.server.url}/#/vms`);
	});

	it('keeps the token from scripts', async () => {
		const page = await openVms(at.browser, at.server.url);
		expect(await page.evaluate(() => document.cookie)).not.toContain('token');
		const cookies = await page.context().cookies();
		expect(cookies.find(({ name }) => name === 'token')).toMatchObject({ httpOnly: true });
	});

	it('is what signing out leads to, and a reload does not lead back', async () => {
		const page = await openVms(at.browser, at.server.url);
		await page.getByRole('button', { name: /^Account/ }).click();
		await page.getByRole('menuitem', { name: 'Sign out' }).click();
		await page.getByRole('heading', { name: 'Sign in' }).waitFor();
		await page.reload();
		await page.getByRole('heading', { name: 'Sign in' }).waitFor();
	});

	it('brings people to the page they asked for', async () => {
		const page = await openPage(at.browser, `${at.server.url}/#/vms?s=name_label%3Aweb-1`);
		await signIn(page);
		await rows(page).first().waitFor();
		expect(await page.getByRole('combobox', { name: 'Filter' }).inputValue()).toBe('name_label:web-1');
		expect(await rows(page).count()).toBe(1);
	});
});

describe('the sign-in page after too many wrong passwords', () => {
	const at = suite();

	it('says to wait', async () => {
		const page = await openPage(at.browser, at.server.url);
		const told = page.getByRole('alert').filter({ hasText: 'wait a moment, then try again' });
		for (let tries = 0; tries < 10 && !(await told.isVisible()); tries++) {
			await signIn(page, { email: 'nobody@example.org', password: `wrong ${tries}` });
			await page.getByRole('alert').waitFor();
			await page.getByRole('button', { name: 'Sign in' }).and(page.locator(':enabled')).waitFor();
		}
		await told.waitFor();
	});
});
