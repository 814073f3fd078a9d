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
	// The list of VMs is what most come to see, and all that it shows is there from the start.
	const noun = id === 'vms' ? list.load() : withTexts(list.load());
	loaded.set(id, noun);
	noun.catch(() => loaded.delete(id));
	return noun;
}
