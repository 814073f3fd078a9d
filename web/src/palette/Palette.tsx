/** Ctrl-K: finds objects on the server, what can be done with them, pages, and what can be set here. */
import { Modal } from '@mantine/core';
import { type KeyboardEvent, type MouseEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LeftIcon, RightIcon } from '../ui/icons';
import { useActions, useActionsOf } from './actions';
import type { Found, Item } from './item';
import { useObjects, useRecent } from './objects';
import css from './Palette.module.css';
import { usePages } from './pages';

export function Palette({ onClose }: { onClose: () => void }) {
	const { t } = useTranslation();
	const [typed, setTyped] = useState('');
	const [active, setActive] = useState(0);
	const [opened, setOpened] = useState(true);
	/** The object whose actions are shown, in place of all. */
	const [inside, setInside] = useState<Found>();
	const actionsOf = useActionsOf(inside, typed);
	const all = [...useActions(typed), ...useRecent(typed), ...useObjects(typed), ...usePages(typed)];
	const items = actionsOf ?? all;
	const at = Math.min(active, items.length - 1);
	const run = (item: Item | undefined) => {
		if (item === undefined) return;
		setOpened(false);
		item.run();
	};
	const enter = (found: Found | undefined) => {
		setInside(found);
		setTyped('');
		setActive(0);
	};
	const press = (event: KeyboardEvent<HTMLInputElement>) => {
		const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
		if (by !== 0) {
			event.preventDefault();
			setActive((at + by + items.length) % Math.max(1, items.length));
			return;
		}
		const { selectionStart, value } = event.currentTarget;
		const found = items[at]?.found;
		const goesIn = (event.key === 'ArrowRight' && selectionStart === value.length) || event.key === 'Tab';
		const goesOut = inside !== undefined && value === '' && ['ArrowLeft', 'Backspace'].includes(event.key);
		if (event.key === 'Enter') run(items[at]);
		else if (goesIn && !event.shiftKey && found !== undefined) {
			event.preventDefault();
			enter(found);
		} else if (goesOut) {
			event.preventDefault();
			enter(undefined);
		}
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
			{inside !== undefined && (
				<button className={css.inside} onClick={() => enter(undefined)} type="button">
					<LeftIcon size={14} />
					{t('palette.actionsOn', { name: inside.name })}
				</button>
			)}
			<input
				aria-activedescendant={at >= 0 ? `palette-${at}` : undefined}
				aria-autocomplete="list"
				aria-controls="palette"
				aria-describedby="palette-help"
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
				placeholder={t(inside === undefined ? 'palette.placeholder' : 'palette.action')}
				role="combobox"
				spellCheck={false}
				value={typed}
			/>
			<div aria-label={t('palette.title')} className={css.items} id="palette" onMouseDown={keepFocus} role="listbox">
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
						{item.found !== undefined && (
							// biome-ignore lint/a11y/noStaticElementInteractions: for the pointer; the keys of the box do the same
							// biome-ignore lint/a11y/useKeyWithClickEvents: the keys of the box do the same
							<span
								className={css.into}
								onClick={(event) => {
									event.stopPropagation();
									enter(item.found);
								}}
								title={t('palette.actionsOn', { name: item.label })}
							>
								<RightIcon size={15} />
							</span>
						)}
					</div>
				))}
			</div>
			<p className={css.help} id="palette-help">
				{inside !== undefined ? t('palette.back') : items[at]?.found !== undefined ? t('palette.into') : ''}
			</p>
		</Modal>
	);
}

/** The box keeps the focus when a line is pressed. */
function keepFocus(event: MouseEvent) {
	event.preventDefault();
}

function intoSight(element: HTMLElement | null) {
	element?.scrollIntoView({ block: 'nearest' });
}
