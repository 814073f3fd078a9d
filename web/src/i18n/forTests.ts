/** Tests read the English texts. */
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import en from './en';
import later from './en/later';

await i18next.use(initReactI18next).init({
	lng: 'en',
	resources: { en: { translation: structuredClone(en) } },
	interpolation: { escapeValue: false },
});
// Deep, as the pages do: names of a noun come first, the rest of it later.
i18next.addResourceBundle('en', 'translation', later, true);
