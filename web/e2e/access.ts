/** What axe-core finds wrong with a page, the minor aside. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import type { Page } from 'playwright-core';

declare const window: { axe?: typeof axe };

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Serious and critical violations: the rule, and where. Colours alone are what may differ in another scheme. */
export async function violations(page: Page, { colours = false } = {}): Promise<string[]> {
	if (!(await page.evaluate(() => window.axe !== undefined))) await page.evaluate(source);
	await page.evaluate(faded);
	const results = await page.evaluate(
		(only) =>
			window.axe?.run({
				...(only ? { runOnly: ['color-contrast'] } : {}),
				elementRef: false,
				preload: false,
				resultTypes: ['violations'],
			}),
		colours,
	);
	return (results?.violations ?? [])
		.filter(({ impact }) => impact === 'serious' || impact === 'critical')
		.map(
			({ id, nodes }) =>
				`${id}: ${nodes.map(({ html, any }) => `${html.slice(0, 160)} ${any[0]?.message ?? ''}`).join('\n  ')}`,
		);
}

/** In the page: a colour that is on its way to another has no contrast yet. */
async function faded(): Promise<void> {
	// A change of the scheme starts them with the next frame.
	for (const _ of [1, 2]) await new Promise(requestAnimationFrame);
	const ending = document.getAnimations().filter(({ effect }) => Number.isFinite(effect?.getComputedTiming().endTime));
	await Promise.allSettled(ending.map(({ finished }) => finished));
}

/** Waits until the page shows what it has: nothing in it was added or taken for a moment. */
export async function settled(page: Page): Promise<void> {
	await page.locator('#content, main').first().waitFor();
	await page.evaluate(
		() =>
			new Promise<void>((resolve) => {
				const quiet = () => {
					changes.disconnect();
					clearTimeout(longest);
					resolve();
				};
				const changes = new MutationObserver(() => {
					clearTimeout(still);
					still = setTimeout(quiet, 200);
				});
				let still = setTimeout(quiet, 200);
				// Some pages never rest: charts, a clock.
				const longest = setTimeout(quiet, 3000);
				changes.observe(document.body, { childList: true, subtree: true });
			}),
	);
}
