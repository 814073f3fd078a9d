import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { violations } from './access';
import { openVms, row } from './browser';
import { call } from './client';
import { suite } from './suite';

async function ofName(url: string, name: string): Promise<Record<string, unknown>> {
	const found = (await call(url, 'xo.getAllObjects', { filter: { type: 'VM', name_label: name } })) as object;
	const [vm] = Object.values(found);
	if (vm === undefined) throw new Error(`there is no VM ${name}`);
	return vm;
}

async function choose(page: Page, field: string, option: string | RegExp): Promise<void> {
	await page.getByRole('combobox', { name: field }).click();
	await page.getByRole('option', { name: option }).click();
}

describe('a new VM', () => {
	const at = suite();

	it('is made by three presses, with what its template suggests', async () => {
		const page = await openVms(at.browser, at.server.url);
		await page.getByRole('button', { name: 'New VM' }).click();
		await page.getByRole('button', { name: /^Debian Bookworm 12/ }).click();
		expect(await violations(page)).toEqual([]);
		await page.getByRole('button', { name: 'Create', exact: true }).click();
		await page.getByRole('heading', { name: 'debian-bookworm-12', level: 1 }).waitFor();
		const vm = await ofName(at.server.url, 'debian-bookworm-12');
		expect(vm).toMatchObject({ power_state: 'Halted', CPUs: { number: 1 }, memory: { size: 2 * 2 ** 30 } });
		expect(vm.$VBDs).toHaveLength(1);
		expect(vm.VIFs).toHaveLength(1);
	});

	it('gets what was asked for, and starts from its disc', async () => {
		const page = await openVms(at.browser, at.server.url);
		await page.keyboard.press('c');
		await page.keyboard.press('v');
		await page.getByRole('textbox', { name: 'Template' }).fill('alma 9');
		await page.getByRole('button', { name: /^AlmaLinux 9/ }).click();
		await page.getByRole('textbox', { name: 'Name' }).first().fill('made-1');
		await page.getByRole('textbox', { name: 'vCPU' }).fill('3');
		await page.getByRole('textbox', { name: 'RAM' }).fill('4');
		await choose(page, 'Disc', /debian-12/);
		await page.getByRole('button', { name: 'Add a disk' }).click();
		await page.getByRole('group', { name: 'Disk 2' }).getByRole('textbox', { name: 'Name' }).fill('data');
		await page.getByRole('textbox', { name: 'MAC address' }).fill('00:16:3e:aa:bb:0');
		await page.getByText('Six pairs of hexadecimal digits').waitFor();
		await page.getByRole('button', { name: 'Create', exact: true }).click();
		expect(
			await page.getByRole('textbox', { name: 'MAC address' }).evaluate((box) => box === document.activeElement),
		).toBe(true);
		await page.getByRole('textbox', { name: 'MAC address' }).fill('00:16:3e:aa:bb:0c');
		await page.getByRole('button', { name: 'Create', exact: true }).click();
		await page.getByRole('heading', { name: 'made-1', level: 1 }).waitFor();
		const vm = await ofName(at.server.url, 'made-1');
		expect(vm).toMatchObject({ power_state: 'Running', CPUs: { number: 3 }, memory: { size: 4 * 2 ** 30 } });
		const names = await call(at.server.url, 'xo.getAllObjects', { filter: { type: 'VDI', name_label: 'data' } });
		expect(Object.keys(Object(names))).toHaveLength(1);
	});

	it('is made several times, with a preview of the names', async () => {
		const page = await openVms(at.browser, at.server.url);
		await page.goto(`${at.server.url}/#/vms/new`);
		await page.getByRole('button', { name: /^Rocky Linux 9/ }).click();
		await page.getByRole('textbox', { name: 'Name' }).first().fill('node');
		await page.getByRole('switch', { name: 'Make several' }).click();
		await page.getByRole('textbox', { name: 'How many' }).fill('3');
		const preview = page.getByRole('complementary', { name: 'What will be made' });
		await preview.getByText('node-3', { exact: true }).waitFor();
		await page.getByRole('button', { name: 'Create 3 VMs' }).click();
		for (const name of ['node-1', 'node-2', 'node-3']) await row(page, name).waitFor();
	});
});
