/** The page of a list: its noun is fetched with it. */
import { useParams } from '@tanstack/react-router';
import { use } from 'react';
import { ListPage } from '../list/ListPage';
import type { Noun, NounId } from '../list/noun';
import { listOf } from './nouns';

const loaded = new Map<NounId, Promise<Noun>>();

export function NounPage() {
	const { list } = useParams({ from: '/$list' });
	const noun = use(load(list));
	return <ListPage key={noun.id} noun={noun} />;
}

function load(id: NounId): Promise<Noun> {
	const known = loaded.get(id);
	if (known !== undefined) return known;
	const list = listOf(id);
	if (list === undefined) throw new Error(`there is no list ${id}`);
	const noun = list.load();
	loaded.set(id, noun);
	noun.catch(() => loaded.delete(id));
	return noun;
}
