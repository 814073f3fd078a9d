import type { Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { violations } from './access';
import { openVms } from './browser';
import { call, vmId } from './client';
import { suite } from './suite';

describe('the performance of a VM', () => {
	const at = suite();
	let page: Page;
	afterEach(async () => {
		await page?.context().close();
	});
	const open = async (name: string, search = '') => {
		page = await openVms(at.browser, at.server.url);
		await page.goto(`${at.server.url}/#/vms/${await vmId(at.server.url, name)}/stats${search}`);
	};
	const chart = (title: string) => page.getByRole('region', { name: title, exact: true });
	/** The moment whose values a chart tells. */
	const moment = (title: string) => chart(title).locator('header span').textContent();

	it('is shown at a glance on its page, which leads to the charts', async () => {
		page = await openVms(at.browser, at.server.url);
		await page.goto(`${at.server.url}/#/vms/${await vmId(at.server.url, 'web-1')}`);
		const tiles = page.getByRole('list', { name: 'Performance' });
		await tiles.getByRole('link', { name: /^CPU/ }).waitFor();
		expect(await tiles.getByRole('link').count()).toBe(4);
		await tiles.getByRole('link', { name: /^Network/ }).click();
		await chart('CPU').waitFor();
	});

	it('is drawn for processors, memory, network and disks', async () => {
		await open('web-1');
		await chart('CPU')
			.getByRole('button', { name: /^Core 1/ })
			.waitFor();
		await chart('Memory')
			.getByRole('button', { name: /^Size 4 GiB/ })
			.waitFor();
		await chart('Network')
			.getByRole('button', { name: /^Interface 1, sent/ })
			.waitFor();
		await chart('Disk throughput')
			.getByRole('button', { name: /^xvda, read/ })
			.waitFor();
		await chart('Disk latency')
			.getByRole('img', { name: /xvda, written/ })
			.waitFor();
		expect(await violations(page)).toEqual([]);
	});

	it('goes on while it is looked at', async () => {
		await open('web-1');
		await chart('CPU').waitFor();
		const before = await moment('CPU');
		await expect.poll(() => moment('CPU'), { timeout: 30_000 }).not.toBe(before);
	});

	it('goes back as far as is asked for, which is in the address', async () => {
		await open('web-1');
		await page.getByText('Week', { exact: true }).click();
		expect(await page.getByRole('radio', { name: 'Week' }).isChecked()).toBe(true);
		await page.waitForURL(/every=hours/);
		await expect.poll(() => moment('CPU'), { timeout: 20_000 }).toMatch(/\d+:00/);
	});

	it('tells the same moment in all charts, and is zoomed in all', async () => {
		await open('web-1');
		await chart('Network').waitFor();
		const box = await chart('CPU').locator('.u-over').boundingBox();
		if (box === null) throw new Error('there is no chart');
		const { x, y, width } = box;
		await page.mouse.move(x + width / 3, y + 60);
		const last = await moment('Disk latency');
		await expect.poll(async () => (await moment('CPU')) === (await moment('Network'))).toBe(true);
		await page.mouse.down();
		await page.mouse.move(x + width / 2, y + 60, { steps: 4 });
		await page.mouse.up();
		const reset = page.getByRole('button', { name: 'Show all' });
		await reset.waitFor();
		await page.getByRole('button', { name: 'As tables' }).click();
		const times = page.getByRole('region', { name: 'CPU', exact: true }).getByRole('row');
		const part = await times.count();
		await reset.click();
		await expect.poll(() => times.count()).toBeGreaterThan(part + 20);
		expect(last).not.toBe('');
	});

	it('is a table, too', async () => {
		await open('web-1');
		await page.getByRole('button', { name: 'As tables' }).click();
		const table = chart('Memory').getByRole('table', { name: 'Memory' });
		await table.getByRole('row', { name: /^Highest .* 4 GiB$/ }).waitFor();
		expect(await violations(page)).toEqual([]);
	});

	it('stands beside that of others', async () => {
		await open('web-1');
		await page.getByRole('combobox', { name: 'Compare with…' }).or(page.getByLabel('Compare with…')).first().click();
		await page.getByRole('option', { name: 'db-1' }).click();
		await chart('CPU').getByRole('button', { name: /^db-1/ }).waitFor();
		await chart('CPU')
			.getByRole('button', { name: /^web-1/ })
			.waitFor();
		expect(page.url()).toContain('with=');
		await page.getByRole('button', { name: 'Leave out db-1' }).click();
		await chart('CPU')
			.getByRole('button', { name: /^Core 0/ })
			.waitFor();
	});

	it('is not there while it does not run, and comes with it', async () => {
		await open('sandbox');
		await page.getByText('It does not run, and nothing is measured').waitFor();
		await call(at.server.url, 'vm.start', { id: await vmId(at.server.url, 'sandbox') });
		await chart('CPU').waitFor();
	});

	it('is that of hosts, pools and storage, too', async () => {
		page = await openVms(at.browser, at.server.url);
		const find = async (type: string, name_label: string) =>
			Object.keys(Object(await call(at.server.url, 'xo.getAllObjects', { filter: { type, name_label } })))[0];
		await page.goto(`${at.server.url}/#/hosts/${await find('host', 'xcp-lab-1')}/stats`);
		await chart('Load of the control domain').waitFor();
		await chart('Disk throughput')
			.getByRole('button', { name: /^NFS storage, read/ })
			.waitFor();
		await page.goto(`${at.server.url}/#/pools/${await find('pool', 'lab')}/stats`);
		await chart('CPU')
			.getByRole('button', { name: /^xcp-lab-2/ })
			.waitFor();
		await page.goto(`${at.server.url}/#/srs/${await find('SR', 'NFS storage')}/stats`);
		await chart('Time spent waiting for disks')
			.getByRole('button', { name: /^xcp-lab-2/ })
			.waitFor();
	});
});
