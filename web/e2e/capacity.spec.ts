import { describe, expect, it } from 'vitest';
import { violations } from './access';
import { openPage, signIn } from './browser';
import { startDemo } from './server';
import { suite } from './suite';

describe('the map of capacity', () => {
	const at = suite(() => startDemo('two-pools'));
	const open = async (search = '', options = {}) => {
		const page = await openPage(at.browser, `${at.server.url}/#/visualization${search}`, options);
		await signIn(page);
		await page.getByRole('heading', { name: 'Capacity' }).waitFor();
		return page;
	};

	it('is looked into and left by keyboard', async () => {
		const page = await open();
		const map = page.getByRole('region', { name: 'Capacity of Whole estate' });
		const north = map.getByRole('button', { name: /^north \d/ });
		await north.focus();
		await north.press('ArrowDown');
		const focused = page.locator('[data-tile]:focus');
		expect(await focused.textContent()).toMatch(/^north-\d /);
		await focused.press('Enter');
		const inner = page.getByRole('region', { name: /^Capacity of north-\d/ });
		await inner.waitFor();
		await inner.getByRole('button').first().press('Backspace');
		await page.getByRole('region', { name: 'Capacity of north', exact: true }).waitFor();
	});

	it('leads to a VM', async () => {
		const page = await open('?by=cpu');
		await page.getByRole('button', { name: /^shop-db / }).click();
		await page.getByRole('heading', { name: 'shop-db' }).waitFor();
	});

	it('is a table, too, by storage', async () => {
		const page = await open('?by=disk&as=table');
		await page.getByRole('button', { name: 'north' }).click();
		const table = page.getByRole('table', { name: 'Capacity of north' });
		await table
			.getByRole('row', { name: /^North SAN/ })
			.getByRole('button')
			.click();
		await page.getByRole('link', { name: 'shop-db data' }).first().waitFor();
	});

	it('is accessible', async () => {
		for (const search of ['', '?as=table']) {
			const page = await open(search, { reducedMotion: 'reduce' });
			await page
				.getByRole('button', { name: /^north/ })
				.first()
				.waitFor();
			expect(await violations(page)).toEqual([]);
			await page.context().close();
		}
	});
});

describe('the map of ten thousand VMs', () => {
	const at = suite(() => startDemo('large:10000'));

	it('puts what is too small together', async () => {
		const page = await openPage(at.browser, `${at.server.url}/#/visualization`);
		await signIn(page);
		const map = page.getByRole('region', { name: 'Capacity of Whole estate' });
		await map.getByRole('button', { name: /^xen-64 / }).waitFor();
		await map
			.getByRole('button', { name: /^\d+ smaller / })
			.first()
			.waitFor();
		expect(await map.getByRole('button').count()).toBeLessThan(1500);
	});
});
