import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { violations } from './access';
import { openAt } from './browser';
import { idOf, object, objects } from './client';
import { suite } from './suite';

describe('a network', () => {
	const at = suite();

	const begin = async (kind: RegExp, name: string) => {
		const page = await openAt(at.browser, at.server.url, '/new/network');
		await page.getByRole('radio', { name: kind }).check();
		await page.getByRole('textbox', { name: 'Name' }).fill(name);
		return page;
	};
	const create = async (page: Page, name: string) => {
		await page.getByRole('button', { name: 'Create the network' }).click();
		await page.getByRole('heading', { name, level: 1 }).waitFor();
		return object(at.server.url, { type: 'network', name_label: name });
	};
	const pifs = (network: Record<string, unknown>) =>
		objects(at.server.url, { type: 'PIF', $network: String(network.id) });
	const remove = async (page: Page, name: string) => {
		await page.getByRole('button', { name: 'Delete', exact: true }).click();
		const dialog = page.getByRole('dialog', { name: `Delete: ${name}?` });
		await dialog.getByRole('textbox').fill(name);
		return dialog;
	};
	const gone = async (page: Page, name: string) => {
		const dialog = await remove(page, name);
		await dialog.getByRole('button', { name: 'Delete' }).and(page.locator(':enabled')).click();
		await page.getByText('This is gone').waitFor();
		expect(await objects(at.server.url, { type: 'network', name_label: name })).toEqual([]);
	};

	it('between VMs has no interface of a host, and is deleted', async () => {
		const page = await begin(/^Internal/, 'lab only');
		await page.getByRole('textbox', { name: 'Description' }).fill('For tests');
		const made = await create(page, 'lab only');
		expect(made.name_description).toBe('For tests');
		expect(await pifs(made)).toEqual([]);
		await gone(page, 'lab only');
	});

	it('that is a VLAN is one on each host, and is deleted with them', async () => {
		const page = await begin(/^VLAN/, 'voice');
		await page.getByRole('radio', { name: /^eth1/ }).check();
		await page.getByLabel('VLAN tag').fill('77');
		await page.getByLabel('MTU').fill('1400');
		await page.getByRole('checkbox', { name: /NBD/ }).check();
		const made = await create(page, 'voice');
		expect(made).toMatchObject({ MTU: 1400, nbd: true });
		const vlans = await pifs(made);
		expect(vlans.map(({ device, vlan }) => [device, vlan])).toEqual([
			['eth1', 77],
			['eth1', 77],
		]);
		expect(new Set(vlans.map(({ $host }) => $host)).size).toBe(2);
		await gone(page, 'voice');
		expect(await objects(at.server.url, { type: 'PIF', vlan: 77 })).toEqual([]);
	});

	it('that is a bond shares the work as chosen, and gives its interfaces back', async () => {
		const page = await begin(/^Bond/, 'both links');
		await page.getByRole('checkbox', { name: 'eth0' }).check();
		await page.getByRole('checkbox', { name: 'eth1' }).check();
		await page.getByRole('radio', { name: /active-backup/ }).check();
		expect(await violations(page)).toEqual([]);
		const made = await create(page, 'both links');
		const bonds = await pifs(made);
		expect(bonds.map(({ isBondMaster, management }) => [isBondMaster, management])).toEqual([
			[true, true],
			[true, true],
		]);
		await page.goto(`${at.server.url}/#/pifs/${bonds[0]?.id}`);
		const parts = page.locator('dl > div').filter({ hasText: 'Bond of' });
		await parts.getByRole('link', { name: 'eth1' }).waitFor();
		await page.getByText('One works, another takes over when it fails').waitFor();
		expect(await violations(page)).toEqual([]);
		await parts.getByRole('link', { name: 'eth1' }).click();
		await page.getByText('part of').getByRole('link', { name: 'bond1' }).waitFor();
		await page.goto(`${at.server.url}/#/networks/${made.id}`);
		const modes = (await objects(at.server.url, { type: 'bond' })).map(({ mode }) => mode);
		expect(modes.sort()).toEqual(['active-backup', 'active-backup', 'lacp', 'lacp']);
		await gone(page, 'both links');
		const cards = await objects(at.server.url, { type: 'PIF', device: 'eth0' });
		expect(cards.map(({ management, isBondSlave }) => [management, isBondSlave])).toEqual([
			[true, false],
			[true, false],
		]);
	});

	it('stays while a running VM is on it, which is said before', async () => {
		const page = await openAt(at.browser, at.server.url, `/networks/${await idOf(at.server.url, 'network', 'LAN')}`);
		const dialog = await remove(page, 'LAN');
		await dialog.getByText('a running VM is plugged into it').waitFor();
		expect(await dialog.getByRole('button', { name: 'Delete' }).isDisabled()).toBe(true);
		expect(await dialog.getByRole('textbox').inputValue()).toBe('LAN');
		expect(await violations(page)).toEqual([]);
	});

	it('whose tag is taken is not made, and what was typed stays', async () => {
		const page = await begin(/^VLAN/, 'servers again');
		await page.getByRole('radio', { name: /^bond0/ }).check();
		await page.getByLabel('VLAN tag').fill('10');
		await page.getByRole('button', { name: 'Create the network' }).click();
		await page.getByRole('alert').waitFor();
		expect(await page.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('servers again');
		expect(await page.getByLabel('VLAN tag').inputValue()).toBe('10');
		expect(await objects(at.server.url, { type: 'network', name_label: 'servers again' })).toEqual([]);
	});
});
