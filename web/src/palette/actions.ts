/** Actions in the palette: on what the page is about, or on an object that was found. */
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { loadNoun } from '../app/loadNoun';
import { type Run, useRun } from '../list/Actions';
import { type Current, current } from '../list/current';
import type { Noun } from '../list/noun';
import { ACTION_KEYS, actionsOf } from '../list/registry';
import { judge, rowsTarget, subject } from '../list/target';
import { useForbidden } from '../list/useForbidden';
import type { Forbids } from '../live/forbids';
import { useView } from '../live/hooks';
import { OpenIcon } from '../ui/icons';
import type { Found, Item } from './item';

/** What can be done to what the page is about: the selection, the row of the keyboard, the object. */
export function useActions(typed: string): Item[] {
	const run = useRun();
	// As it was when the palette opened: this has the keyboard now.
	const [about] = useState(current);
	const counted = useCounted();
	const forbids = useForbidden(about?.noun, about?.target);
	if (about === undefined) return [];
	const name = subject(about.target, about.noun, counted(about.noun));
	return itemsOf(about, name, run, counted.label, forbids).filter(meant(typed, name));
}

/** What can be done to an object that was found, its page first; nothing until both are known. */
export function useActionsOf(found: Found | undefined, typed: string): Item[] | undefined {
	const { t } = useTranslation();
	const navigate = useNavigate();
	const run = useRun();
	const noun = useNoun(found);
	const counted = useCounted();
	const wish = useMemo(
		() =>
			found === undefined || noun === undefined
				? undefined
				: {
						type: noun.type,
						filter: `id:${found.id}`,
						columns: [...new Set([...noun.needs, ...noun.columns.flatMap(({ needs }) => needs)])],
						limit: 1,
					},
		[found, noun],
	);
	const { rows } = useView(wish);
	const row = rows.find(({ id }) => id === found?.id);
	const target = useMemo(() => row && rowsTarget([row]), [row]);
	const forbids = useForbidden(noun, target);
	if (found === undefined) return undefined;
	if (noun === undefined || target === undefined) return [];
	const page: Item = {
		id: 'page',
		group: found.name,
		label: t('palette.page'),
		icon: OpenIcon,
		run: () => void navigate({ to: '/$list/$id', params: { list: found.list, id: found.id }, search: {} }),
	};
	const about = { noun, target };
	return [page, ...itemsOf(about, found.name, run, counted.label, forbids)].filter(meant(typed, found.name));
}

function useCounted() {
	const { t } = useTranslation();
	const counted = (noun: Noun) => (count: number) => t(noun.counted, { count });
	return Object.assign(counted, { label: (label: Noun['title']) => t(label) });
}

function itemsOf(
	{ noun, target }: Current,
	name: string,
	run: Run,
	say: (label: Noun['title']) => string,
	forbids: Forbids,
): Item[] {
	return actionsOf(noun).flatMap((action) => {
		if (judge(action, target, forbids).why !== undefined) return [];
		const key = ACTION_KEYS.find(([, id]) => id === action.id)?.[0];
		return {
			id: `action-${action.id}`,
			group: name,
			label: say(action.label),
			hint: key === undefined ? name : `${name}  ${key}`,
			icon: action.icon,
			run: () => run(noun, action, target),
		};
	});
}

function meant(typed: string, name: string): (item: Item) => boolean {
	const words = typed.trim().toLowerCase().split(/\s+/);
	return ({ label }) => words.every((word) => `${label} ${name}`.toLowerCase().includes(word));
}

function useNoun(found: Found | undefined): Noun | undefined {
	const [noun, setNoun] = useState<Noun>();
	const list = found?.list;
	useEffect(() => {
		let left = false;
		if (list !== undefined) void loadNoun(list).then((loaded) => !left && setNoun(loaded));
		return () => {
			left = true;
		};
	}, [list]);
	return noun?.id === list ? noun : undefined;
}
