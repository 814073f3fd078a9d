/** Ctrl-K: finds objects on the server, pages, and what can be set here. */
import { Modal, useMantineColorScheme } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, useDeferredValue, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LISTS, listOfType } from '../app/nouns';
import { useOpenPage } from '../app/PageLink';
import { PAGES } from '../app/pages';
import { LANGUAGES, setLanguage } from '../i18n';
import { useRun } from '../list/Actions';
import { current } from '../list/current';
import { text } from '../list/noun';
import { ACTION_KEYS, actionsOf } from '../list/registry';
import { judge, subject } from '../list/target';
import { useUser, useView } from '../live/hooks';
import { type Icon, LanguageIcon, ThemeIcon } from '../ui/icons';
import css from './Palette.module.css';

interface Item {
	id: string;
	group: string;
	label: string;
	hint?: string;
	icon: Icon;
	run: () => void;
}

/** Objects that are shown; more letters narrow them. */
const FOUND = 12;
const TYPES = ['VM', 'host', 'pool', 'SR', 'network', 'VDI', 'VM-template', 'VM-snapshot'];

export function Palette({ onClose }: { onClose: () => void }) {
	const { t } = useTranslation();
	const [typed, setTyped] = useState('');
	const [active, setActive] = useState(0);
	const [opened, setOpened] = useState(true);
	const items = [...useActions(typed), ...useObjects(typed), ...usePages(typed)];
	const at = Math.min(active, items.length - 1);
	const run = (item: Item | undefined) => {
		if (item === undefined) return;
		setOpened(false);
		item.run();
	};
	const press = (event: KeyboardEvent) => {
		const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
		if (by !== 0) {
			event.preventDefault();
			setActive((at + by + items.length) % Math.max(1, items.length));
		} else if (event.key === 'Enter') run(items[at]);
	};
	return (
		<Modal
			centered={false}
			classNames={{ body: css.body, content: css.content }}
			onClose={() => setOpened(false)}
			onExitTransitionEnd={onClose}
			opened={opened}
			padding={0}
			size={560}
			title={undefined}
			withCloseButton={false}
			attributes={{ content: { 'aria-label': t('palette.title') } }}
			yOffset="10dvh"
		>
			<input
				aria-activedescendant={at >= 0 ? `palette-${at}` : undefined}
				aria-autocomplete="list"
				aria-controls="palette"
				aria-expanded={items.length > 0}
				aria-label={t('palette.title')}
				autoComplete="off"
				className={css.input}
				data-autofocus
				onChange={(event) => {
					setTyped(event.currentTarget.value);
					setActive(0);
				}}
				onKeyDown={press}
				placeholder={t('palette.placeholder')}
				role="combobox"
				spellCheck={false}
				value={typed}
			/>
			<div aria-label={t('palette.title')} className={css.items} id="palette" role="listbox">
				{items.length === 0 && <p className={css.nothing}>{t('palette.nothing')}</p>}
				{items.map((item, index) => (
					// biome-ignore lint/a11y/useFocusableInteractive: the box has the focus and names the active one
					// biome-ignore lint/a11y/useKeyWithClickEvents: the keys of the box do the same
					<div
						aria-selected={index === at}
						className={css.item}
						id={`palette-${index}`}
						key={item.id}
						onClick={() => run(item)}
						ref={index === at ? intoSight : undefined}
						role="option"
					>
						<item.icon size={16} />
						<span className={css.label}>{item.label}</span>
						<span className={css.hint}>{item.hint ?? item.group}</span>
					</div>
				))}
			</div>
		</Modal>
	);
}

function intoSight(element: HTMLElement | null) {
	element?.scrollIntoView({ block: 'nearest' });
}

/** What can be done to what the page is about: the selection, the row of the keyboard, the object. */
function useActions(typed: string): Item[] {
	const { t } = useTranslation();
	const run = useRun();
	// As it was when the palette opened: this has the keyboard now.
	const [about] = useState(current);
	if (about === undefined) return [];
	const { noun, target } = about;
	const name = subject(target, noun, (count) => t(noun.counted, { count }));
	const words = typed.trim().toLowerCase().split(/\s+/);
	return actionsOf(noun).flatMap((action) => {
		const label = t(action.label);
		const isMeant = words.every((word) => `${label} ${name}`.toLowerCase().includes(word));
		if (!isMeant || judge(action, target).why !== undefined) return [];
		const key = ACTION_KEYS.find(([, id]) => id === action.id)?.[0];
		return {
			id: `action-${action.id}`,
			group: name,
			label,
			hint: key === undefined ? name : `${name}  ${key}`,
			icon: action.icon,
			run: () => run(noun, action, target),
		};
	});
}

/** Objects whose name, description, address, tags or id have what is typed. */
function useObjects(typed: string): Item[] {
	const { t } = useTranslation();
	const navigate = useNavigate();
	const words = useDeferredValue(typed).trim();
	const wish = useMemo(() => {
		if (words === '') return undefined;
		const term = words.split(/\s+/).map(quote);
		const any = (word: string) =>
			`|(name_label:${word} name_description:${word} mainIpAddress:${word} address:${word} tags:${word} id:${word})`;
		return {
			type: TYPES,
			filter: term.map(any).join(' '),
			sort: ['name_label'],
			columns: ['type', 'name_label', 'name_description'],
			limit: FOUND,
		};
	}, [words]);
	const { rows } = useView(wish);
	if (words === '') return [];
	return rows.flatMap((row) => {
		const place = listOfType(text(row, 'type'));
		if (place === undefined) return [];
		const go = () => void navigate({ to: '/$list', params: { list: place.id }, search: { id: row.id } });
		return {
			id: row.id,
			group: t('palette.objects'),
			label: text(row, 'name_label') || row.id,
			hint: t(place.title),
			icon: place.icon,
			run: go,
		};
	});
}

function quote(word: string): string {
	return `"${word.replace(/[\\"]/g, '\\$&')}"`;
}

function usePages(typed: string): Item[] {
	const { t } = useTranslation();
	const navigate = useNavigate();
	const openPage = useOpenPage();
	const user = useUser();
	const { setColorScheme } = useMantineColorScheme();
	const pages: Item[] = [
		...LISTS.map(({ id, title, icon }) => ({
			id: `page-${id}`,
			group: t('palette.pages'),
			label: t(title),
			icon,
			run: () => void navigate({ to: '/$list', params: { list: id }, search: {} }),
		})),
		...PAGES.filter(({ offered, admin }) => offered && (admin !== true || user?.permission === 'admin')).map(
			({ path, title, icon }) => ({
				id: path,
				group: t('palette.pages'),
				label: t(title),
				icon,
				run: () => openPage(path),
			}),
		),
		...(['auto', 'light', 'dark'] as const).map((scheme) => ({
			id: scheme,
			group: t('palette.settings'),
			label: t(`account.${scheme}`),
			icon: ThemeIcon,
			run: () => setColorScheme(scheme),
		})),
		...LANGUAGES.map(([language, label]) => ({
			id: language,
			group: t('palette.settings'),
			label,
			icon: LanguageIcon,
			run: () => void setLanguage(language),
		})),
	];
	const wanted = typed.trim().toLowerCase();
	return pages.filter(({ label }) => label.toLowerCase().includes(wanted));
}
