/** The page of a list: its noun is fetched with it. */
import { useParams } from '@tanstack/react-router';
import { use } from 'react';
import { ListPage } from '../list/ListPage';
import { loadNoun } from './loadNoun';

export function NounPage() {
	const { list } = useParams({ from: '/$list' });
	const noun = use(loadNoun(list));
	return <ListPage adds={noun.adds} key={noun.id} noun={noun} />;
}
