/** The language of the pages: that of the browser where there is a catalogue, or what somebody chose here. */
import i18next, { type ParseKeys } from 'i18next';
import { initReactI18next } from 'react-i18next';
import type en from './en';
import type later from './en/later';

export type Language = 'en' | 'fr';
export const LANGUAGES: readonly [Language, string][] = [
	['en', 'English'],
	['fr', 'Français'],
];

/** What names a text in the catalogues. */
export type Key = ParseKeys;

declare module 'i18next' {
	interface CustomTypeOptions {
		resources: { translation: typeof en & typeof later };
		returnNull: false;
	}
}

const CATALOGUES = {
	en: { first: () => import('./en'), later: () => import('./en/later') },
	fr: { first: () => import('./fr'), later: () => import('./fr/later') },
};
let isLaterWanted = false;
const KEPT = 'language';

/** Reads the catalogue of the reader's language; nothing is shown before. */
export async function startLanguage(): Promise<void> {
	const language = wanted();
	const { default: translation } = await CATALOGUES[language].first();
	await i18next.use(initReactI18next).init({
		lng: language,
		resources: { [language]: { translation } },
		interpolation: { escapeValue: false },
	});
	document.documentElement.lang = language;
}

/** Shows the pages in another language, now and next time. */
export async function setLanguage(language: Language): Promise<void> {
	const { default: translation } = await CATALOGUES[language].first();
	i18next.addResourceBundle(language, 'translation', translation, true);
	if (isLaterWanted) await addLater(language);
	keep(language);
	document.documentElement.lang = language;
	await i18next.changeLanguage(language);
}

/** Fetches something that shows later texts, and these with it. */
export async function withTexts<T>(fetched: Promise<T>): Promise<T> {
	isLaterWanted = true;
	const [part] = await Promise.all([fetched, addLater(i18next.language as Language)]);
	return part;
}

const added = new Map<Language, Promise<void>>();

function addLater(language: Language): Promise<void> {
	const known = added.get(language);
	if (known !== undefined) return known;
	const adding = CATALOGUES[language].later().then(({ default: texts }) => {
		i18next.addResourceBundle(language, 'translation', texts, true);
	});
	added.set(language, adding);
	adding.catch(() => added.delete(language));
	return adding;
}

function isLanguage(text: string | null | undefined): text is Language {
	return text === 'en' || text === 'fr';
}

function wanted(): Language {
	const kept = read();
	if (isLanguage(kept)) return kept;
	return navigator.languages.map((tag) => tag.split('-')[0]).find(isLanguage) ?? 'en';
}

function read(): string | null {
	try {
		return localStorage.getItem(KEPT);
	} catch {
		return null;
	}
}

/** Storage may be forbidden; the choice then lasts as long as the page. */
function keep(language: Language): void {
	try {
		localStorage.setItem(KEPT, language);
	} catch {}
}
