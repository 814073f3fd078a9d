/**
 * The pages in a real browser on 10 000 VMs: what is loaded, and how long people wait. Prints figures and fails for none.
 * `XO_BENCH_VMS` and `XO_BENCH_MINUTES` (how long the heap is watched) change what is measured.
 */
import { loadavg } from 'node:os';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, it } from 'vitest';
import { launch, openVms, rows } from '../e2e/browser';
import { type Running, startDemo } from '../e2e/server';
import { heap, keystroke, longest, now, seen, watch } from './page';
import { Pool } from './pool';

const VMS = Number(process.env.XO_BENCH_VMS ?? 10_000);
const MINUTES = Number(process.env.XO_BENCH_MINUTES ?? 1);
/** Starts of the page, of which the middle is told. */
const STARTS = 5;
const ROUNDS = 8;
/** Row changes a second. */
const RATE = 500;
const SECONDS = 15;

let server: Running;
let browser: Browser;
/** Signed in. */
let context: BrowserContext;

const say = (what: string, figure: string, wanted = '') =>
	process.stdout.write(`${what.padEnd(52)} ${figure.padStart(12)}${wanted === '' ? '' : `   (wanted: ${wanted})`}\n`);
const task = (ms: number) => (ms === 0 ? '< 50 ms' : `${ms} ms`);
const middle = (all: number[]) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0;

beforeAll(async () => {
	[server, browser] = await Promise.all([startDemo(`large:${VMS}`), launch()]);
	const page = await openVms(browser, server.url);
	context = page.context();
	await page.close();
	say('VMs', String(VMS));
});

afterAll(async () => {
	say('load of the machine at the end (1 min)', (loadavg()[0] ?? 0).toFixed(1));
	await browser?.close();
	await server?.stop();
});

/** The list of VMs in a page of its own. */
async function open(): Promise<Page> {
	const page = await context.newPage();
	await page.addInitScript(watch);
	await page.goto(`${server.url}/#/vms`);
	await rows(page).first().waitFor();
	return page;
}

it('is loaded', async () => {
	say('load of the machine (1 min)', (loadavg()[0] ?? 0).toFixed(1));
	const [painted, ready]: [number[], number[]] = [[], []];
	for (let start = 0; start < STARTS; start++) {
		const page = await context.newPage();
		const devtools = await context.newCDPSession(page);
		await devtools.send('Network.enable');
		await devtools.send('Network.setCacheDisabled', { cacheDisabled: true });
		await page.addInitScript(watch);
		const scripts: { url: string; at: number }[] = [];
		page.on('request', (request) => {
			if (request.resourceType() === 'script') scripts.push({ url: request.url(), at: Date.now() });
		});
		await page.goto(`${server.url}/#/vms`);
		await page.waitForFunction(() => (Reflect.get(globalThis, 'seen') as { painted: number }).painted > 0);
		const [{ painted: at }, origin] = [await seen(page), await page.evaluate(() => performance.timeOrigin)];
		// What is left of the first tasks: until then a press waits.
		await page.waitForTimeout(1500);
		const { tasks } = await seen(page);
		const busy = tasks.filter((one) => one.at < at + 200).map((one) => one.at + one.ms);
		painted.push(at);
		ready.push(Math.max(at, ...busy));
		if (start === 0) {
			const first = scripts.filter((script) => script.at <= origin + at);
			const bytes = await Promise.all(first.map(({ url }) => weigh(url)));
			const sum = bytes.reduce((all, one) => all + one, 0);
			say('scripts until rows are painted (gzip)', `${Math.ceil(sum / 1000)} kB`, '≤ 200 kB');
			say('scripts until rows are painted, files', String(first.length));
		}
		await page.close();
	}
	say(`rows painted (middle of ${STARTS})`, `${Math.round(middle(painted))} ms`);
	say(`interactive (middle of ${STARTS})`, `${Math.round(middle(ready))} ms`, '≤ 1500 ms');
});

/** The bytes that the server sends of a script to a client that takes gzip. */
async function weigh(url: string): Promise<number> {
	const { get } = await import('node:http');
	return new Promise((resolve, reject) => {
		get(url, { headers: { 'accept-encoding': 'gzip' } }, (response) => {
			let bytes = 0;
			response.on('data', (part: Buffer) => {
				bytes += part.length;
			});
			response.on('end', () => resolve(bytes));
		}).on('error', reject);
	});
}

it('is narrowed by the filter', async () => {
	const page = await open();
	await page.getByRole('combobox', { name: 'Filter' }).focus();
	const all: number[] = [];
	for (let round = 0; round < ROUNDS; round++) {
		// Each of these narrows or widens the list, as every name has a number.
		for (const key of [String(1 + (round % 8)), String(round), 'Backspace', 'Backspace']) {
			const ms = await keystroke(page, key);
			if (ms !== undefined) all.push(ms);
		}
	}
	const sorted = all.toSorted((a, b) => a - b);
	const p95 = sorted[Math.ceil(sorted.length * 0.95) - 1] ?? 0;
	say(`key in the filter to painted rows, p95 of ${all.length}`, `${Math.round(p95)} ms`, '≤ 150 ms');
	say('key in the filter to painted rows, middle', `${Math.round(middle(all))} ms`);
	await page.close();
});

it('is scrolled from its top to its end', async () => {
	const page = await open();
	const box = await page.getByRole('grid').boundingBox();
	if (box === null) throw new Error('the list is not shown');
	await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
	await page.waitForTimeout(1500);
	const from = await now(page);
	const height = VMS * 36;
	const step = 900;
	for (let at = 0; at < height; at += step) {
		await page.mouse.wheel(0, step);
		await page.evaluate(() => new Promise(requestAnimationFrame));
	}
	await page.locator(`[role=row][aria-rowindex="${VMS + 1}"]`).waitFor();
	say(`longest task while ${VMS} rows are scrolled`, task(await longest(page, from)), '≤ 50 ms');
	await page.close();
});

it('shows what changes', async () => {
	const found = /connected to `(http:\/\/[^`]+)`/.exec(server.output())?.[1];
	if (found === undefined) throw new Error(`the address of the pool is not told:\n${server.output()}`);
	const pool = new Pool(found);
	await pool.signIn();
	const page = await open();
	await page.waitForTimeout(1500);
	const names = await rows(page).evaluateAll((elements) => elements.map((one) => one.getAttribute('aria-label') ?? ''));
	const vms = await Promise.all(names.slice(0, 20).map((name) => pool.vm(name)));
	const from = await now(page);
	const changes = pool.change(vms, RATE);
	await page.waitForTimeout(SECONDS * 1000);
	await changes.stop();
	say('row changes a second in view', String(Math.round(changes.made() / SECONDS)), String(RATE));
	say('longest task while they change', task(await longest(page, from)), '≤ 50 ms');

	const heaps = [await heap(page)];
	const going = pool.change(vms, RATE / 10);
	for (let part = 0; part < 6; part++) {
		await page.waitForTimeout((MINUTES * 60_000) / 6);
		heaps.push(await heap(page));
	}
	await going.stop();
	const told = heaps.map((bytes) => (bytes / 1e6).toFixed(1)).join(' ');
	say(`heap in ${MINUTES} min with ${RATE / 10} changes a second, MB`, told, '< 120, flat');
	await page.close();
});
