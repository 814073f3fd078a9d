/** Axe on every page, every list with its details, and every section of the page of an object of every noun. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LISTS } from '../src/app/nouns';
import { PAGES } from '../src/app/pages';
import { settled, violations } from './access';
import { openVms } from './browser';
import { call, idOf } from './client';
import { suite } from './suite';

const WIDE = { width: 1440, height: 900 };
const NARROW = { width: 390, height: 844 };

/** Objects of which a page tells most; of other nouns it is the first that there is. */
const TELLING: Readonly<Record<string, string>> = { VM: 'db-1' };
/** Objects that pages of their own are told of in their address. */
const TOLD: Readonly<Record<string, [parameter: string, type: string]>> = { '/console': ['vm', 'VM'] };

const sections = new Map(
	await Promise.all(
		LISTS.map(async ({ id, load }) => [id, ((await load()).sections ?? []).map((section) => section.id)] as const),
	),
);

describe('accessibility', () => {
	const at = suite();
	const ids = new Map<string, Promise<string | undefined>>();
	let page: Page;

	beforeAll(async () => {
		page = await openVms(at.browser, at.server.url, { reducedMotion: 'reduce' });
	});
	afterAll(() => page.context().close());

	/** An object of a type, and of none that there is nothing. */
	function object(type: string): Promise<string | undefined> {
		const known = ids.get(type);
		if (known !== undefined) return known;
		const name = TELLING[type];
		const found =
			name === undefined
				? call(at.server.url, 'xo.getAllObjects', { filter: { type }, limit: 1 }).then(
						(all) => Object.keys(Object(all))[0],
					)
				: idOf(at.server.url, type, name);
		ids.set(type, found);
		return found;
	}

	/** One load, looked at wide and narrow; in the other scheme only its colours are others. */
	async function faultsAt(address: string): Promise<string[]> {
		const faults: string[] = [];
		await page.emulateMedia({ colorScheme: 'light' });
		await page.setViewportSize(WIDE);
		await page.goto(`${at.server.url}/#${address}`);
		await settled(page);
		const look = async (where: string, colours: boolean) => {
			const found = await violations(page, { colours });
			faults.push(...found.map((fault) => `${where}: ${fault}`));
		};
		await look('light, wide', false);
		await page.emulateMedia({ colorScheme: 'dark' });
		await look('dark, wide', true);
		await page.setViewportSize(NARROW);
		await settled(page);
		await look('dark, narrow', false);
		await page.emulateMedia({ colorScheme: 'light' });
		await look('light, narrow', true);
		return faults;
	}

	it.each(PAGES.map(({ path }) => path))('of the page %s', async (path) => {
		const [parameter, type] = TOLD[path] ?? [];
		const told = parameter === undefined || type === undefined ? '' : `?${parameter}=${await object(type)}`;
		expect(await faultsAt(path + told)).toEqual([]);
	});

	it.each(LISTS.map(({ id, type }) => [id, type]))('of the list of %s and the details of one', async (list, type) => {
		const id = await object(type);
		const open = id === undefined ? [] : await faultsAt(`/${list}?id=${id}`);
		expect([...(await faultsAt(`/${list}`)), ...open]).toEqual([]);
	});

	describe.each(LISTS.map(({ id, type }) => ({ list: id, type })))(
		'of the page of one of the $list',
		({ list, type }) => {
			it.each(['', ...(sections.get(list) ?? []).map((section) => `/${section}`)])(
				'at its section "%s"',
				async (section) => {
					const id = await object(type);
					if (sections.get(list)?.length) expect(id, `there is one of the ${list}`).toBeDefined();
					if (id !== undefined) expect(await faultsAt(`/${list}/${id}${section}`)).toEqual([]);
				},
			);
		},
	);
});
