/** A real browser, and the pages' own words for finding things in it. */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';
import { DEMO } from './server';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export function launch(): Promise<Browser> {
	const executablePath = process.env.CHROMIUM_BIN ?? PLACES.find((path) => existsSync(path));
	if (executablePath === undefined)
		throw new Error('no Chromium: install it (`apt-get install chromium`) or set CHROMIUM_BIN');
	return chromium.launch({
		executablePath,
		args: [
			'--headless',
			'--no-sandbox',
			'--disable-gpu',
			'--disable-quic',
			'--no-first-run',
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-sync',
		],
	});
}

/** How long a page may take to show what is waited for, in ms; a debug build on a busy machine is slow. */
const WAIT = Number(process.env.XO_E2E_WAIT ?? 60_000);

/** A page of a fresh profile, which fails the test on an error that nobody handled. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Page> {
	const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
	context.setDefaultTimeout(WAIT);
	const page = await context.newPage();
	page.on('pageerror', (error) => {
		throw error;
	});
	await page.goto(url);
	return page;
}

export async function signIn(page: Page, { email, password } = DEMO): Promise<void> {
	await page.getByLabel('E-mail or user name').fill(email);
	await page.getByLabel('Password', { exact: true }).fill(password);
	await page.getByRole('button', { name: 'Sign in' }).click();
}

/** A signed-in page whose list of VMs has rows. */
export async function openVms(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Page> {
	const page = await openPage(browser, `${url}/#/vms`, options);
	await signIn(page);
	await rows(page).first().waitFor();
	return page;
}

/** The rows of VMs that exist in the page, without the header. */
export function rows(page: Page) {
	return page.getByRole('grid', { name: 'Virtual machines' }).locator('[role=row][aria-label]');
}

export function row(page: Page, name: string) {
	return page.getByRole('grid', { name: 'Virtual machines' }).getByRole('row', { name, exact: true });
}

export async function filter(page: Page, text: string): Promise<void> {
	await page.getByRole('combobox', { name: 'Filter' }).fill(text);
}

/** The names of the rows in the page, from top to bottom. */
export async function names(page: Page): Promise<string[]> {
	const found = await rows(page).evaluateAll((elements) =>
		elements.map((element) => ({
			name: element.getAttribute('aria-label') ?? '',
			at: Number(element.getAttribute('aria-rowindex')),
		})),
	);
	return found.sort((a, b) => a.at - b.at).map(({ name }) => name);
}

/** A signed-in page of a path. */
export async function openAt(browser: Browser, url: string, path: string, options: BrowserContextOptions = {}) {
	const page = await openPage(browser, `${url}/#${path}`, { reducedMotion: 'reduce', ...options });
	await signIn(page);
	return page;
}

/** Opens the rest of the actions of a page and takes one. */
export async function more(page: Page, action: string): Promise<void> {
	await page.getByRole('button', { name: 'More' }).click();
	await page.getByRole('menuitem', { name: action }).click();
}

/** Chooses one of the objects that a field offers. */
export async function choose(within: Locator, label: string, option: RegExp): Promise<void> {
	await within.getByRole('combobox', { name: label }).click();
	await within.page().getByRole('option', { name: option }).click();
}
