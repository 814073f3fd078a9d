import { Kbd, Modal } from '@mantine/core';
import css from './KeyboardHelp.module.css';

const KEYS: readonly [keys: readonly string[], what: string][] = [
	[['/'], 'go to the filter'],
	[['j', '↓'], 'next row'],
	[['k', '↑'], 'previous row'],
	[['x'], 'select the row'],
	[['Shift', 'j'], 'select down'],
	[['Shift', 'k'], 'select up'],
	[['Enter'], 'open the details'],
	[['.'], 'actions on the row or the selection'],
	[['Esc'], 'close the details, then select none'],
	[['Alt', '←'], 'narrow the column whose header has the focus'],
	[['Alt', '→'], 'widen it'],
	[['g', 'v'], 'go to the VMs'],
	[['g', 'p'], 'go to the pools'],
	[['?'], 'this list'],
];

export function KeyboardHelp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
	return (
		<Modal onClose={onClose} opened={opened} title="Keyboard">
			<dl className={css.keys}>
				{KEYS.map(([keys, what]) => (
					<div key={what}>
						<dt>
							{keys.map((key) => (
								<Kbd key={key}>{key}</Kbd>
							))}
						</dt>
						<dd>{what}</dd>
					</div>
				))}
			</dl>
		</Modal>
	);
}
