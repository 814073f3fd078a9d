/** The keys: first those of the page that is open, then those of all. */
import { Kbd, Modal } from '@mantine/core';
import { useLocation } from '@tanstack/react-router';
import { use, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Key } from '../i18n';
import type { Noun } from '../list/noun';
import { ACTION_KEYS, actionsOf } from '../list/registry';
import css from './KeyboardHelp.module.css';
import { loadNoun } from './loadNoun';
import { LISTS } from './nouns';

type Lines = readonly (readonly [keys: readonly string[], what: Key])[];

const BESIDE = [['[', ']'], 'keys.beside'] as const;
const IN_LISTS: Lines = [
	[['/'], 'keys.filter'],
	[['j', '↓'], 'keys.next'],
	[['k', '↑'], 'keys.previous'],
	[['x'], 'keys.select'],
	[['Shift', 'j'], 'keys.down'],
	[['Shift', 'k'], 'keys.up'],
	[['Enter'], 'keys.open'],
	[['.'], 'keys.actions'],
	BESIDE,
	[['Esc'], 'keys.close'],
	[['Alt', '←'], 'keys.narrow'],
	[['Alt', '→'], 'keys.widen'],
	[['Shift', 'Enter'], 'keys.sort'],
];
const EVERYWHERE: Lines = [
	[['Ctrl', 'k'], 'keys.palette'],
	[['c', 'v'], 'keys.newVm'],
	[['g', 'v'], 'keys.vms'],
	[['g', 'h'], 'keys.hosts'],
	[['g', 'p'], 'keys.pools'],
	[['g', 's'], 'keys.srs'],
	[['g', 'n'], 'keys.networks'],
	[['g', 't'], 'keys.tasks'],
	[['?'], 'keys.list'],
];
/** What keys of actions do, in general. */
const ACTS: Lines = [
	[['e'], 'keys.edit'],
	[['m'], 'keys.migrate'],
	[['r'], 'keys.scan'],
];

export default function KeyboardHelp({ onClose }: { onClose: () => void }) {
	const { t } = useTranslation();
	const [opened, setOpened] = useState(true);
	const { pathname } = useLocation();
	const [, first, id] = pathname.split('/');
	const place = LISTS.find((list) => list.id === first);
	const noun = place && use(loadNoun(place.id));
	const groups: { title: string; lines: Lines }[] = [{ title: t('keys.everywhere'), lines: EVERYWHERE }];
	if (noun === undefined) groups.push({ title: t('keys.inLists'), lines: [...IN_LISTS, ...ACTS] });
	else if (id === undefined) groups.unshift({ title: t(noun.title), lines: [...IN_LISTS, ...actsOf(noun)] });
	else {
		groups.unshift({ title: t('keys.onPage', { noun: t(noun.one) }), lines: [BESIDE, ...actsOf(noun)] });
		groups.push({ title: t('keys.inLists'), lines: IN_LISTS });
	}
	return (
		<Modal onClose={() => setOpened(false)} onExitTransitionEnd={onClose} opened={opened} title={t('keys.title')}>
			{groups.map(({ title, lines }) => (
				<section aria-label={title} className={css.group} key={title}>
					<h3>{title}</h3>
					<dl className={css.keys}>
						{lines.map(([keys, what]) => (
							<div key={what}>
								<dt>
									{keys.map((key) => (
										<Kbd key={key}>{key}</Kbd>
									))}
								</dt>
								<dd>{t(what)}</dd>
							</div>
						))}
					</dl>
				</section>
			))}
		</Modal>
	);
}

/** What keys do to objects of a noun. */
function actsOf(noun: Noun): Lines {
	return ACTION_KEYS.flatMap(([key, id]) => {
		const action = actionsOf(noun).find((one) => one.id === id);
		return action === undefined ? [] : [[[key], action.label] as const];
	});
}
