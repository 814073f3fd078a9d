import { useEffect } from 'react';
import { useLive } from '../live/hooks';
import type { Listing } from '../live/listing';
import type { Facet } from './noun';

/** Puts the groups of a list in the order of what they are called. */
export function useGroupOrder(listing: Listing, group: Facet | undefined): void {
	const { names } = useLive();
	const property = group?.property;
	const sort = group?.names;
	const values = property === undefined ? '' : Object.keys(listing.counts[property] ?? {}).join(' ');
	useEffect(() => {
		const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });
		const name = (value: string) => (sort === undefined ? value : String(names.get(sort, value)?.name_label ?? value));
		const order = () => listing.orderBy((a, b) => collator.compare(name(a), name(b)) || (a < b ? -1 : 1));
		order();
		if (sort === undefined || values === '') return;
		let timer: ReturnType<typeof setTimeout> | undefined;
		const soon = () => {
			timer ??= setTimeout(() => {
				timer = undefined;
				order();
			}, 50);
		};
		const stops = values.split(' ').map((value) => names.watch(sort, value, soon));
		return () => {
			clearTimeout(timer);
			for (const stop of stops) stop();
		};
	}, [listing, names, sort, values]);
}
