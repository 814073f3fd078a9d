import { withTexts } from '../i18n';
import type { Noun, NounId } from '../list/noun';
import { listOf } from './nouns';

const loaded = new Map<NounId, Promise<Noun>>();

/** The declaration of a noun, fetched once. */
export function loadNoun(id: NounId): Promise<Noun> {
	const known = loaded.get(id);
	if (known !== undefined) return known;
	const list = listOf(id);
	if (list === undefined) throw new Error(`there is no list ${id}`);
	const noun = withTexts(list.load());
	loaded.set(id, noun);
	noun.catch(() => loaded.delete(id));
	return noun;
}
