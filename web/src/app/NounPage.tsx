/** The page of a list: its noun is fetched with it. */
import { useParams } from '@tanstack/react-router';
import { use, useEffect, useState } from 'react';
import { ListPage } from '../list/ListPage';
import type { NounId } from '../list/noun';
import { afterPaint } from '../ui/painted';
import { vmList } from '../vm/list';
import { loadNoun } from './loadNoun';

export function NounPage() {
	const { list } = useParams({ from: '/$list' });
	return list === 'vms' ? <Vms /> : <Other key={list} list={list} />;
}

/** The list of VMs is what most come to see: what can be done with them comes when it is there. */
function Vms() {
	const [noun, setNoun] = useState(vmList);
	useEffect(() => {
		let left = false;
		void afterPaint()
			.then(() => loadNoun('vms'))
			.then((whole) => !left && setNoun(whole));
		return () => {
			left = true;
		};
	}, []);
	return <ListPage adds={noun.adds} noun={noun} />;
}

function Other({ list }: { list: NounId }) {
	const noun = use(loadNoun(list));
	return <ListPage adds={noun.adds} noun={noun} />;
}
