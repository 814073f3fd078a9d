/** What is measured inside of a page. */
import type { Page } from 'playwright-core';

/** Begins to watch, before anything of the page runs: when rows are painted first, and every task of more than 50 ms. */
export function watch() {
	const seen = { painted: 0, tasks: [] as { at: number; ms: number }[], frames: 0 };
	Object.assign(globalThis, { seen });
	new PerformanceObserver((list) => {
		for (const { startTime, duration } of list.getEntries()) seen.tasks.push({ at: startTime, ms: duration });
	}).observe({ type: 'longtask', buffered: true });
	const look = () => {
		if (document.querySelector('[role=row][aria-label]') !== null) {
			// The frame after the one in which the rows are there has them on the screen.
			requestAnimationFrame(() => {
				seen.painted = performance.now();
			});
			return;
		}
		requestAnimationFrame(look);
	};
	look();
}

interface Seen {
	painted: number;
	tasks: { at: number; ms: number }[];
}

export function seen(page: Page): Promise<Seen> {
	return page.evaluate(() => Reflect.get(globalThis, 'seen') as Seen);
}

/** The longest task since a moment of the page, in ms; 0 where none took more than 50. */
export async function longest(page: Page, since: number): Promise<number> {
	const { tasks } = await seen(page);
	return Math.round(Math.max(0, ...tasks.filter(({ at }) => at >= since).map(({ ms }) => ms)));
}

export function now(page: Page): Promise<number> {
	return page.evaluate(() => performance.now());
}

/** From a key in the filter until the list that it makes is painted, in ms; nothing where the list stays as it is. */
export async function keystroke(page: Page, key: string): Promise<number | undefined> {
	await page.evaluate(() => {
		const grid = document.querySelector('[role=grid]');
		if (grid === null) throw new Error('there is no list');
		Reflect.set(
			globalThis,
			'keyed',
			new Promise<number>((resolve) => {
				let from = 0;
				addEventListener('keydown', (event) => (from = event.timeStamp), { once: true, capture: true });
				const changed = new MutationObserver(() => {
					changed.disconnect();
					requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - from)));
				});
				changed.observe(grid, { attributes: true, attributeFilter: ['aria-rowcount'] });
				setTimeout(() => resolve(-1), 4000);
			}),
		);
	});
	await page.keyboard.press(key);
	const ms = await page.evaluate(() => Reflect.get(globalThis, 'keyed') as Promise<number>);
	return ms < 0 ? undefined : ms;
}

/** The heap after a collection, in bytes. */
export async function heap(page: Page): Promise<number> {
	const devtools = await page.context().newCDPSession(page);
	await devtools.send('HeapProfiler.enable');
	await devtools.send('HeapProfiler.collectGarbage');
	const { usedSize } = await devtools.send('Runtime.getHeapUsage');
	await devtools.detach();
	return usedSize;
}
