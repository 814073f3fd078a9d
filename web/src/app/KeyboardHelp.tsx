import { Kbd, Modal } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Key } from '../i18n';
import css from './KeyboardHelp.module.css';

const KEYS: readonly [keys: readonly string[], what: Key][] = [
	[['Ctrl', 'k'], 'keys.palette'],
	[['/'], 'keys.filter'],
	[['j', '↓'], 'keys.next'],
	[['k', '↑'], 'keys.previous'],
	[['x'], 'keys.select'],
	[['Shift', 'j'], 'keys.down'],
	[['Shift', 'k'], 'keys.up'],
	[['Enter'], 'keys.open'],
	[['.'], 'keys.actions'],
	[['e'], 'keys.edit'],
	[['m'], 'keys.migrate'],
	[['r'], 'keys.scan'],
	[['[', ']'], 'keys.beside'],
	[['Esc'], 'keys.close'],
	[['Alt', '←'], 'keys.narrow'],
	[['Alt', '→'], 'keys.widen'],
	[['Shift', 'Enter'], 'keys.sort'],
	[['c', 'v'], 'keys.newVm'],
	[['g', 'v'], 'keys.vms'],
	[['g', 'h'], 'keys.hosts'],
	[['g', 'p'], 'keys.pools'],
	[['g', 's'], 'keys.srs'],
	[['?'], 'keys.list'],
];

export default function KeyboardHelp({ onClose }: { onClose: () => void }) {
	const { t } = useTranslation();
	const [opened, setOpened] = useState(true);
	return (
		<Modal onClose={() => setOpened(false)} onExitTransitionEnd={onClose} opened={opened} title={t('keys.title')}>
			<dl className={css.keys}>
				{KEYS.map(([keys, what]) => (
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
		</Modal>
	);
}
