/** A server and a browser for the tests of one `describe`. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { launch } from './browser';
import { type Running, startDemo } from './server';

interface Suite {
	server: Running;
	browser: Browser;
}

/** Starts both before the first test, which may use them then, and ends them after the last. */
export function suite(start: () => Promise<Running> = startDemo): Suite {
	const suite = {} as Partial<Suite>;
	beforeAll(async () => {
		[suite.server, suite.browser] = await Promise.all([start(), launch()]);
	});
	afterAll(async () => {
		await suite.browser?.close();
		await suite.server?.stop();
	});
	return suite as Suite;
}
