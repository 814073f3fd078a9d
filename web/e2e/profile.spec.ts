import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { violations } from './access';
import { openPage, openVms, signIn } from './browser';
import { call } from './client';
import { suite } from './suite';

describe('one’s own account', () => {
	const at = suite();
	let page: Page;

	beforeAll(async () => {
		page = await openVms(at.browser, at.server.url);
		await page.getByRole('button', { name: /^Account/ }).click();
		await page.getByRole('menuitem', { name: 'Your account' }).click();
		await page.getByRole('heading', { name: 'Your account' }).waitFor();
	});

	it('is a page at the address of the original', async () => {
		expect(page.url()).toBe(`${at.server.url}/#/user`);
		expect(await violations(page)).toEqual([]);
	});

	it('changes the language and the colours at once', async () => {
		await page.getByRole('combobox', { name: 'Language' }).selectOption('fr');
		await page.getByRole('heading', { name: 'Votre compte' }).waitFor();
		await page.getByRole('combobox', { name: 'Langue' }).selectOption('en');
		await page.getByRole('heading', { name: 'Your account' }).waitFor();
		await page.getByRole('radiogroup', { name: 'Colours' }).getByText('Dark').click();
		await page.locator('html[data-mantine-color-scheme=dark]').waitFor();
		expect(await violations(page)).toEqual([]);
		await page.getByRole('radiogroup', { name: 'Colours' }).getByText('As the system').click();
	});

	it('makes a token that is shown once and signs in', async () => {
		await page.getByRole('button', { name: 'New token' }).click();
		const form = page.getByRole('dialog', { name: 'New token' });
		await form.getByLabel('Description').fill('nightly script');
		await form.getByRole('button', { name: 'Create', exact: true }).click();
		const made = page.getByRole('dialog', { name: 'Your new token' });
		const token = await made.locator('code').textContent();
		const answer = await fetch(`${at.server.url}/rest/v0/users/me`, { headers: { authorization: `Bearer ${token}` } });
		expect(answer.ok).toBe(true);
		await made.getByRole('button', { name: 'I have kept it' }).click();
		await made.waitFor({ state: 'detached' });
		await page.getByRole('link', { name: 'Manage tokens' }).click();
		const row = page.getByRole('row', { name: 'nightly script' });
		await row.waitFor();
		await row.getByText('127.0.0.1').waitFor();
		await page.goBack();
	});

	it('keeps SSH keys, and shows one that another client adds', async () => {
		await page.getByRole('button', { name: 'Add key' }).click();
		const form = page.getByRole('dialog', { name: 'Add key' });
		const key = form.getByLabel('Public key');
		await key.fill('nonsense');
		await form.getByText('This is no public key of OpenSSH').waitFor();
		await key.fill('ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJsuWp5L7QBvSDFvBmRm me@laptop');
		await form.getByRole('button', { name: 'Add key' }).click();
		await form.waitFor({ state: 'detached' });
		await page.getByText('me@laptop', { exact: true }).waitFor();
		const me = Object(await call(at.server.url, 'session.getUser', {}));
		const sshKeys = [...me.preferences.sshKeys, { title: 'second', key: 'ssh-ed25519 BBBB' }];
		await call(at.server.url, 'user.set', { id: me.id, preferences: { sshKeys } });
		await page.getByText('second', { exact: true }).waitFor();
		await page.getByRole('button', { name: 'Delete the key second' }).click();
		await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
		await page.getByText('second', { exact: true }).waitFor({ state: 'detached' });
	});

	it('changes the password, which signs in from then on', async () => {
		await page.getByRole('button', { name: 'Change password' }).click();
		const form = page.getByRole('dialog', { name: 'Change password' });
		await form.getByLabel('Password so far').fill('wrong');
		await form.getByLabel('New password', { exact: true }).fill('another-1');
		await form.getByLabel('New password again').fill('another-1');
		await form.getByRole('button', { name: 'Change password' }).click();
		await form.getByRole('alert').waitFor();
		await form.getByLabel('Password so far').fill('admin');
		// Whoever was wrong has to wait a moment.
		await expect
			.poll(
				async () => {
					await form
						.getByRole('button', { name: 'Change password' })
						.click({ timeout: 1000 })
						.catch(() => undefined);
					return form.count();
				},
				{ timeout: 30_000, interval: 500 },
			)
			.toBe(0);
		const fresh = await openPage(at.browser, at.server.url);
		await signIn(fresh, { email: 'admin@admin.net', password: 'another-1' });
		await fresh.getByRole('navigation', { name: 'Main' }).waitFor();
	});
});
