/** Objects in the palette: those that are meant by what is typed, and those that somebody had open lately. */
import { useNavigate } from '@tanstack/react-router';
import { useDeferredValue, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { listOfType } from '../app/nouns';
import { text } from '../list/noun';
import { recentIds } from '../list/recent';
import { useView } from '../live/hooks';
import { idFilter } from '../live/names';
import type { Row } from '../live/view';
import type { Item } from './item';

/** Objects that are shown; more letters narrow them. */
const FOUND = 12;
const TYPES = ['VM', 'host', 'pool', 'SR', 'network', 'VDI', 'VM-template', 'VM-snapshot'];
const COLUMNS = ['type', 'name_label'];

/** Objects whose name, description, address, tags or id have what is typed. */
export function useObjects(typed: string): Item[] {
	const { t } = useTranslation();
	const words = useDeferredValue(typed).trim();
	const wish = useMemo(() => {
		if (words === '') return undefined;
		const term = words.split(/\s+/).map(quote);
		const any = (word: string) =>
			`|(name_label:${word} name_description:${word} mainIpAddress:${word} address:${word} tags:${word} id:${word})`;
		return { type: TYPES, filter: term.map(any).join(' '), sort: ['name_label'], columns: COLUMNS, limit: FOUND };
	}, [words]);
	const { rows } = useView(wish);
	const itemOf = useItemOf(t('palette.objects'));
	return words === '' ? [] : rows.flatMap(itemOf);
}

/** Objects that were open lately and are still there, the last first, while nothing is typed. */
export function useRecent(typed: string): Item[] {
	const { t } = useTranslation();
	const [ids] = useState(recentIds);
	const isAsked = typed.trim() === '' && ids.length > 0;
	const wish = useMemo(
		() => (isAsked ? { type: TYPES, filter: idFilter(ids), columns: COLUMNS, limit: ids.length } : undefined),
		[isAsked, ids],
	);
	const { rows } = useView(wish);
	const itemOf = useItemOf(t('palette.recent'));
	if (!isAsked) return [];
	return ids.flatMap((id) => rows.filter((row) => row.id === id)).flatMap(itemOf);
}

function useItemOf(group: string): (row: Row) => Item[] {
	const { t } = useTranslation();
	const navigate = useNavigate();
	return (row) => {
		const place = listOfType(text(row, 'type'));
		if (place === undefined) return [];
		const name = text(row, 'name_label') || row.id;
		return [
			{
				id: row.id,
				group,
				label: name,
				hint: t(place.title),
				icon: place.icon,
				run: () => void navigate({ to: '/$list', params: { list: place.id }, search: { id: row.id } }),
				found: { list: place.id, id: row.id, name },
			},
		];
	};
}

function quote(word: string): string {
	return `"${word.replace(/[\\"]/g, '\\$&')}"`;
}
