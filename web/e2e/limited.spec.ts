import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { violations } from './access';
import { openPage, row, rows, signIn } from './browser';
import { call, vmId } from './client';
import { suite } from './suite';

describe('a user with few rights', () => {
	const at = suite();
	const BOB = { email: 'bob@example.net', password: 'secret-1' };
	let page: Page;
	let bob: unknown;
	let vm: string;

	beforeAll(async () => {
		bob = await call(at.server.url, 'user.create', BOB);
		vm = await vmId(at.server.url, 'web-1');
		await call(at.server.url, 'acl.add', { subject: bob, object: vm, action: 'viewer' });
		page = await openPage(at.browser, `${at.server.url}/#/vms`);
		await signIn(page, BOB);
		await row(page, 'web-1').waitFor();
	});

	it('sees what is shared with it, and no section of administrators', async () => {
		expect(await rows(page).count()).toBe(1);
		expect(await page.getByRole('link', { name: 'Admin', exact: true }).count()).toBe(0);
		expect(await violations(page)).toEqual([]);
	});

	it('is told so on the pages of administrators', async () => {
		for (const path of ['servers', 'users', 'groups', 'acls', 'roles', 'journal']) {
			await page.goto(`${at.server.url}/#/${path}`);
			await page.getByRole('heading', { name: /administrator’s matter/ }).waitFor();
		}
		await page.goto(`${at.server.url}/#/vms`);
	});

	it('is told on pages of pools that none is shared with it', async () => {
		await page.goto(`${at.server.url}/#/dashboard`);
		await page.getByRole('heading', { name: 'No pool is shared with you' }).waitFor();
		expect(await violations(page)).toEqual([]);
		await page.goto(`${at.server.url}/#/new/network`);
		await page.getByRole('heading', { name: 'Nothing of this kind is shared with you' }).waitFor();
		await page.goto(`${at.server.url}/#/dashboard`);
		await page.getByRole('main').getByRole('link', { name: 'Virtual machines' }).click();
		await row(page, 'web-1').waitFor();
	});

	it('is told beforehand what it may not do, and does what it may from then on', async () => {
		await row(page, 'web-1').click();
		const reboot = page.getByRole('complementary').getByRole('button', { name: 'Reboot' });
		const forbidden = page.getByRole('complementary').locator('[aria-disabled=true]', { hasText: 'Reboot' });
		await forbidden.hover();
		await page.getByRole('tooltip', { name: 'Your rights do not allow this' }).waitFor();
		await row(page, 'web-1').click({ button: 'right' });
		await page
			.getByRole('menuitem', { name: /^Start|Reboot/, disabled: true })
			.first()
			.waitFor();
		await page.keyboard.press('Escape');
		await call(at.server.url, 'acl.add', { subject: bob, object: vm, action: 'operator' });
		await page.reload();
		await row(page, 'web-1').click();
		await forbidden.waitFor({ state: 'detached' });
		await page.goto(`${at.server.url}/#/vms/${vm}/advanced`);
		await page.getByRole('note').filter({ hasText: 'not change it' }).waitFor();
		expect(await page.getByRole('switch', { name: 'Start with host' }).isDisabled()).toBe(true);
		expect(await violations(page)).toEqual([]);
		await page.goto(`${at.server.url}/#/vms`);
		await row(page, 'web-1').click();
		await reboot.click();
		await page.getByRole('dialog').getByRole('button', { name: 'Reboot' }).click();
		await page.getByRole('alert').filter({ hasText: 'web-1' }).first().waitFor();
		await call(at.server.url, 'acl.remove', { subject: bob, object: vm, action: 'operator' });
	});

	it('is told why what it may no longer do does not happen', async () => {
		await page.getByRole('complementary').getByRole('button', { name: 'Reboot' }).click();
		await page.getByRole('dialog').getByRole('button', { name: 'Reboot' }).click();
		await page
			.getByRole('alert')
			.filter({ hasText: /failed/ })
			.waitFor();
	});

	it('sees more as soon as an administrator says so, and less', async () => {
		const other = await vmId(at.server.url, 'web-2');
		await call(at.server.url, 'acl.add', { subject: bob, object: other, action: 'viewer' });
		await row(page, 'web-2').waitFor();
		await call(at.server.url, 'acl.remove', { subject: bob, object: other, action: 'viewer' });
		await row(page, 'web-2').waitFor({ state: 'detached' });
	});

	it('has its own tokens only', async () => {
		await page.goto(`${at.server.url}/#/user`);
		await page.getByRole('link', { name: 'Manage tokens' }).click();
		const tokens = page.getByRole('grid', { name: 'Tokens' });
		await tokens.getByRole('row', { name: 'web browser' }).waitFor();
		await call(at.server.url, 'token.create', { description: 'of the administrator' });
		expect(await tokens.locator('[role=row][aria-label]').count()).toBe(1);
		expect(await tokens.getByRole('columnheader', { name: 'User' }).count()).toBe(0);
	});

	it('becomes an administrator in the page that is open, and is none again', async () => {
		await call(at.server.url, 'user.set', { id: bob, permission: 'admin' });
		const admin = page.getByRole('link', { name: 'Admin', exact: true });
		await admin.click();
		await page.getByRole('grid', { name: 'Servers' }).waitFor();
		await call(at.server.url, 'user.set', { id: bob, permission: 'none' });
		await admin.waitFor({ state: 'detached' });
		await page.getByRole('heading', { name: /administrator’s matter/ }).waitFor();
	});

	it('is signed out when it is deleted', async () => {
		await call(at.server.url, 'user.delete', { id: bob });
		await page.getByRole('heading', { name: 'Sign in' }).waitFor();
	});
});
