import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { violations } from './access';
import { openVms } from './browser';
import { call, vmId } from './client';
import { suite } from './suite';

/** Calls that the page makes from now on. */
async function asked(page: Page): Promise<string[]> {
	const session = await page.context().newCDPSession(page);
	await session.send('Network.enable');
	const calls: string[] = [];
	session.on('Network.webSocketFrameSent', ({ response }) => calls.push(response.payloadData));
	session.on('Network.requestWillBeSent', ({ request }) => calls.push(request.url));
	return calls;
}

describe('what administrators look after', () => {
	const at = suite();
	let page: Page;

	beforeAll(async () => {
		page = await openVms(at.browser, at.server.url);
	});

	const go = (path: string) => page.goto(`${at.server.url}/#${path}`);
	const list = (name: string) => page.getByRole('grid', { name, exact: true });
	const row = (of: string, name: string | RegExp) => list(of).getByRole('row', { name, exact: true });
	const dialog = (name: string | RegExp) => page.getByRole('dialog', { name });

	it('is one section, with a place for each', async () => {
		await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Admin' }).click();
		const sections = page.getByRole('navigation', { name: 'Sections' });
		for (const name of ['Servers', 'Users', 'Groups', 'Rules', 'Roles', 'Tokens', 'Journal', 'About']) {
			await sections.getByRole('link', { name, exact: true }).click();
			await page.getByRole('heading', { name, level: 1 }).waitFor();
			expect(await sections.getByRole('link', { name, exact: true }).getAttribute('aria-current')).toBe('page');
			expect(await violations(page), name).toEqual([]);
		}
	});

	it('is where the addresses of the original lead', async () => {
		for (const [old, now] of [
			['/settings/users', '/users'],
			['/settings/groups', '/groups'],
			['/settings/acls', '/acls'],
			['/settings/servers', '/servers'],
			['/settings/logs', '/journal'],
		]) {
			await go(old ?? '');
			await page.waitForURL(`${at.server.url}/#${now}`);
		}
	});

	it('creates a user with a password that it makes up, changes and deletes it', async () => {
		await go('/users');
		await page.getByRole('button', { name: 'New user' }).click();
		const form = dialog('New user');
		await form.getByLabel('Name to sign in with').fill('bob@example.net');
		await form.getByRole('button', { name: 'Make one up' }).click();
		const password = await form.getByLabel('Password', { exact: true }).inputValue();
		expect(password).toMatch(/^\w{20}$/);
		await form.getByRole('button', { name: 'Create' }).click();
		await row('Users', 'bob@example.net').click();
		const details = page.getByRole('complementary', { name: /bob/ });
		await details.getByRole('button', { name: 'Make administrator' }).click();
		await dialog(/Make administrator/)
			.getByRole('button', { name: 'Make administrator' })
			.click();
		await row('Users', 'bob@example.net').getByText('Administrator').waitFor();
		await details.getByRole('button', { name: 'Delete' }).click();
		await dialog(/Delete: bob/)
			.getByRole('button', { name: 'Delete' })
			.click();
		await row('Users', 'bob@example.net').waitFor({ state: 'detached' });
		await page.getByRole('heading', { name: 'This is gone' }).waitFor();
	});

	it('lets nobody delete themselves, and says why', async () => {
		await go('/users');
		await row('Users', 'admin@admin.net').click();
		const remove = page.getByRole('complementary', { name: /admin/ }).getByRole('button', { name: 'Delete' });
		expect(await remove.getAttribute('aria-disabled')).toBe('true');
		await remove.hover();
		await page.getByRole('tooltip', { name: 'Nobody deletes themselves' }).waitFor();
	});

	it('shows what another client does, and asks for nothing meanwhile that is not told', async () => {
		await go('/users');
		await row('Users', 'admin@admin.net').waitFor();
		const calls = await asked(page);
		// Something else happens: it is no reason to ask.
		await call(at.server.url, 'vm.set', { id: await vmId(at.server.url, 'web-1'), name_description: 'other' });
		expect(calls).toEqual([]);
		const id = await call(at.server.url, 'user.create', { email: 'carol', password: 'secret-1' });
		await row('Users', 'carol').waitFor();
		expect(calls.map((text) => JSON.parse(text).method)).toContain('user.getAll');
		const group = await call(at.server.url, 'group.create', { name: 'night' });
		await call(at.server.url, 'group.addUser', { id: group, userId: id });
		await row('Users', 'carol').getByText('night').waitFor();
		await call(at.server.url, 'user.delete', { id });
		await row('Users', 'carol').waitFor({ state: 'detached' });
		await call(at.server.url, 'group.delete', { id: group });
	});

	it('filters, sorts and deletes several, which it names', async () => {
		for (const email of ['u1', 'u2', 'u10']) await call(at.server.url, 'user.create', { email, password: 'secret-1' });
		await go('/users?s=email%3A%2F%5Eu%2F&sort=-name');
		await row('Users', 'u10').waitFor();
		const names = await list('Users')
			.locator('[role=row][aria-label]')
			.evaluateAll((rows) => rows.map((one) => one.ariaLabel));
		expect(names).toEqual(['u10', 'u2', 'u1']);
		await page.getByLabel('Select u1', { exact: true }).check();
		await page.getByLabel('Select u2').check();
		await page.getByRole('region', { name: 'Selection' }).getByRole('button', { name: 'Delete' }).click();
		const question = dialog('Delete: 2 users?');
		expect(await question.getByRole('listitem').allTextContents()).toEqual(['u2', 'u1']);
		await question.getByRole('button', { name: 'Delete' }).click();
		await row('Users', 'u1').waitFor({ state: 'detached' });
		await row('Users', 'u2').waitFor({ state: 'detached' });
		await row('Users', 'u10').waitFor();
	});

	it('makes a group with members', async () => {
		await go('/groups');
		await page.getByRole('button', { name: 'New group' }).first().click();
		const form = dialog('New group');
		await form.getByLabel('Name', { exact: true }).fill('operators');
		await form.getByRole('combobox', { name: 'Users' }).fill('u10');
		await page.getByRole('option', { name: 'u10' }).click();
		await page.keyboard.press('Escape');
		await form.getByRole('button', { name: 'Create' }).click();
		await row('Groups', 'operators').getByText('u10').waitFor();
	});

	it('gives a role on objects, chosen by name and by a filter, changes and removes it', async () => {
		await go('/acls');
		await page.getByRole('button', { name: 'New rule' }).first().click();
		const form = dialog('New rules');
		await form.getByRole('combobox', { name: 'Users and groups' }).fill('operators');
		await page.getByRole('option', { name: 'operators' }).click();
		await page.keyboard.press('Escape');
		await form.getByRole('combobox', { name: 'Objects' }).fill('lab');
		await page.getByRole('option', { name: /^lab/ }).first().click();
		await form.getByLabel('that match the filter').fill('name_label:/^web-1$/');
		await form.getByRole('button', { name: 'Add', exact: true }).click();
		await form.getByText('web-1').waitFor();
		await form.getByRole('radio', { name: 'Operator' }).check();
		await form.getByRole('button', { name: 'Add 2 rules' }).click();
		await row('Rules', 'operators – lab – Operator').waitFor();
		await row('Rules', 'operators – web-1 – Operator').click();
		const details = page.getByRole('complementary', { name: /web-1/ });
		await details.getByText('start, stop and use it').waitFor();
		await details.getByRole('button', { name: 'Change role' }).click();
		const change = dialog('Change the role of 1 rule');
		await change.getByRole('radio', { name: 'Viewer' }).check();
		await change.getByRole('button', { name: 'Save' }).click();
		await row('Rules', 'operators – web-1 – Viewer').waitFor();
		await row('Rules', 'operators – web-1 – Operator').waitFor({ state: 'detached' });
		await page.getByLabel('Select all').check();
		await page.getByRole('region', { name: 'Selection' }).getByRole('button', { name: 'Remove' }).click();
		await dialog('Remove: 2 rules?').getByRole('button', { name: 'Remove' }).click();
		await page.getByRole('heading', { name: 'There is no rule yet' }).waitFor();
	});

	it('copies a role that comes with the server, gives it, and adds a privilege', async () => {
		await go('/roles');
		await row('Roles', 'VMs read only').click();
		const given = page.getByRole('complementary', { name: /VMs read only/ });
		expect(await given.getByRole('button', { name: 'Change' }).getAttribute('aria-disabled')).toBe('true');
		await given.getByRole('button', { name: 'Copy', exact: true }).click();
		const form = dialog('Copy VMs read only');
		await form.getByLabel('Name', { exact: true }).fill('Night shift');
		await form.getByRole('combobox', { name: 'Users and groups who have it' }).fill('u10');
		await page.getByRole('option', { name: 'u10' }).click();
		await page.keyboard.press('Escape');
		await form.getByRole('button', { name: 'Create' }).click();
		await row('Roles', 'Night shift').getByText('u10').waitFor();
		await row('Roles', 'Night shift').click();
		const details = page.getByRole('complementary', { name: /Night shift/ });
		await details.getByText('vm: read').waitFor();
		await details.getByRole('button', { name: 'Add privilege' }).click();
		const privilege = dialog('Add privilege');
		await privilege.getByLabel('Kind of thing').fill('vm');
		await privilege.getByLabel('Action').fill('start');
		await privilege.getByRole('button', { name: 'Add privilege' }).click();
		await details.getByText('vm: start').waitFor();
		expect(await violations(page)).toEqual([]);
		await go('/users');
		await row('Users', 'u10').getByText('Night shift').waitFor();
	});

	it('revokes a token that another client has just made', async () => {
		await go('/tokens');
		await list('Tokens').waitFor();
		await call(at.server.url, 'token.create', { description: 'script' });
		await row('Tokens', 'script').click();
		await page
			.getByRole('complementary', { name: /script/ })
			.getByRole('button', { name: 'Revoke' })
			.click();
		await dialog('Revoke: script?').getByRole('button', { name: 'Revoke' }).click();
		await row('Tokens', 'script').waitFor({ state: 'detached' });
	});

	it('tells in the journal who did what, and why it failed', async () => {
		const id = await vmId(at.server.url, 'web-1');
		await call(at.server.url, 'vm.start', { id }).catch(() => undefined);
		await go('/journal?s=outcome%3Afailed');
		// Calls are written a moment after they were answered.
		await expect
			.poll(
				async () => {
					await page.getByRole('button', { name: 'Newer entries' }).click();
					return row('Journal', 'vm.start web-1').count();
				},
				{ timeout: 30_000 },
			)
			.toBeGreaterThan(0);
		await row('Journal', 'vm.start web-1').first().click();
		const details = page.getByRole('complementary', { name: /vm.start/ });
		await details.getByText('admin@admin.net').waitFor();
		await details.getByRole('region', { name: 'Parameters' }).getByText(id).waitFor();
		// What pools tell is not among it, until it is asked for.
		await go('/journal');
		await row('Journal', /^vm\.start/)
			.first()
			.waitFor();
		expect(await row('Journal', /^(VM|VM_metrics|host|host_metrics|PBD) /).count()).toBe(0);
		await page.getByRole('combobox', { name: 'Shown' }).selectOption('what happened at pools');
		await row('Journal', /^(VM|VM_metrics|host|host_metrics|PBD) /)
			.first()
			.waitFor();
		expect(await row('Journal', /^vm\./).count()).toBe(0);
		expect(await violations(page)).toEqual([]);
	});
});
