import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { violations } from './access';
import { openVms } from './browser';
import { call, vmId } from './client';
import { suite } from './suite';

describe('networks', () => {
	const at = suite();

	const open = async (path: string) => {
		const page = await openVms(at.browser, at.server.url, { reducedMotion: 'reduce' });
		await page.goto(`${at.server.url}/#${path}`);
		return page;
	};
	const choose = async (page: Page, label: string, option: RegExp) => {
		await page.getByRole('combobox', { name: label }).click();
		await page.getByRole('option', { name: option }).click();
	};
	const object = async (filter: object | string) => {
		const found = Object.values(Object(await call(at.server.url, 'xo.getAllObjects', { filter })));
		return found[0] as Record<string, string> | undefined;
	};
	const title = (page: Page, name: string) => page.getByRole('heading', { name, level: 1 }).waitFor();

	it('are made as a VLAN on an interface', async () => {
		const page = await open('/networks');
		await page.getByRole('button', { name: 'New network' }).click();
		await title(page, 'New network');
		await page.getByRole('textbox', { name: 'Name' }).fill('voice');
		await page.getByRole('radio', { name: /^eth1/ }).check();
		await page.getByLabel('VLAN tag').fill('77');
		expect(await violations(page)).toEqual([]);
		await page.getByRole('button', { name: 'Create the network' }).click();
		await title(page, 'voice');
		await page.getByRole('link', { name: 'Host interfaces' }).last().click();
		await page.getByRole('grid', { name: 'Host interfaces' }).getByText('77').first().waitFor();
	});

	it('say in the words of the server why they are not made, and keep what was typed', async () => {
		const page = await open('/new/network');
		await page.getByRole('textbox', { name: 'Name' }).fill('voice twice');
		await page.getByRole('radio', { name: /^eth1/ }).check();
		await page.getByLabel('VLAN tag').fill('77');
		await page.getByRole('button', { name: 'Create the network' }).click();
		await page.getByRole('alert').waitFor();
		expect(await page.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('voice twice');
		await page.getByRole('radio', { name: /^Internal/ }).check();
		await page.getByRole('button', { name: 'Create the network' }).click();
		await title(page, 'voice twice');
	});

	it('are bonds of interfaces that are free', async () => {
		const page = await open('/new/network');
		await page.getByRole('radio', { name: /^Bond/ }).check();
		expect(await page.getByRole('checkbox', { name: 'eth2' }).count()).toBe(0);
		await page.getByRole('checkbox', { name: 'eth0' }).check();
		await page.getByText('Hosts are managed by one of these').waitFor();
		expect(await page.getByRole('button', { name: 'Create the network' }).isDisabled()).toBe(true);
		expect(await violations(page)).toEqual([]);
	});

	it('are set in their place', async () => {
		const network = await object('type:network name_label:Storage');
		const page = await open(`/networks/${network?.id}`);
		await page.getByRole('switch', { name: 'Locked by default', checked: false }).press('Space');
		await page.getByRole('switch', { name: 'Locked by default', checked: true }).waitFor();
		await page.getByRole('button', { name: 'Change: MTU' }).click();
		await page.getByRole('textbox', { name: 'MTU' }).fill('8000');
		await page.keyboard.press('Enter');
		await page.getByText('8000', { exact: true }).waitFor();
		expect(await violations(page)).toEqual([]);
	});

	it('get VMs by new interfaces, which are changed in place', async () => {
		const id = await vmId(at.server.url, 'web-1');
		const page = await open(`/vms/${id}/network`);
		await page.getByRole('button', { name: 'New interface' }).click();
		await choose(page, 'Network', /^Isolated/);
		await page.getByRole('textbox', { name: 'MAC address' }).fill('00:16:3e:00:00:01');
		expect(await violations(page)).toEqual([]);
		await page.getByRole('button', { name: 'Connect', exact: true }).last().click();
		const row = page.getByRole('row', { name: '00:16:3e:00:00:01' });
		await row.click();
		const details = page.getByRole('complementary');
		await details.getByRole('combobox', { name: 'Locking' }).selectOption('disabled');
		await page.getByText('00:16:3e:00:00:01: Locking changed').waitFor();
		await expect.poll(() => details.getByRole('combobox', { name: 'Locking' }).inputValue()).toBe('disabled');
		await details.getByRole('button', { name: 'Change: Allowed addresses' }).click();
		await details.getByRole('textbox', { name: 'Allowed addresses' }).fill('10.0.0.7, fe80::7');
		await page.keyboard.press('Enter');
		await details.getByText('10.0.0.7, fe80::7').waitFor();
		expect(await violations(page)).toEqual([]);
	});

	it('have interfaces of hosts, whose addresses are configured', async () => {
		const pif = await object('type:PIF device:eth1 vlan:-1');
		const page = await open(`/pifs/${pif?.id}`);
		await page.getByRole('button', { name: 'IP configuration' }).click();
		await page.getByRole('combobox', { name: 'IPv4' }).selectOption('Static');
		await page.getByLabel('IP address').fill('10.30.0.9');
		expect(await violations(page)).toEqual([]);
		await page.getByRole('button', { name: 'Save' }).click();
		await page.getByRole('definition').filter({ hasText: '10.30.0.9' }).waitFor();
	});
});
