/** A console and what is done with it: its screen or its text, keys, and why there is none. */
import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useKept } from '../ui/kept';
import css from './Console.module.css';
import { KeyBar } from './KeyBar';
import { keysymOf, type Stroke } from './keys';
import { LAYOUTS, type Layout, usSign } from './layouts';
import { Status } from './Status';
import { Toolbar } from './Toolbar';
import { useConsole } from './useConsole';
import { useFullScreen } from './useFullScreen';
import type { Protocol } from './viewer';

export interface ConsoleProps {
	/** Of the VM, or of a host, which stands for its control domain. */
	id: string;
	name: string;
	/** Anything that says, by changing, that there may be a console where there was none. */
	hint: string;
	/** Where it may be reached otherwise. */
	address: string | undefined;
	/** The address of the page with nothing but it; none in that page. */
	own?: string;
	/** More buttons. */
	tools?: ReactNode;
}

export function Console({ id, name, hint, address, own, tools }: ConsoleProps) {
	const { t } = useTranslation();
	const target = useRef<HTMLDivElement>(null);
	const root = useRef<HTMLElement>(null);
	const [protocol, setProtocol] = useState<Protocol>('rfb');
	const [fitKept, keepFit] = useKept('console.fit', 'yes');
	const fit = fitKept === 'yes';
	const [layoutKept, keepLayout] = useKept(`console.layout.${id}`, 'letters');
	const layout = LAYOUTS.find((one) => one === layoutKept) ?? 'letters';
	const [copied, setCopied] = useState('');
	const full = useFullScreen();
	const { state, keeper } = useConsole(target, { id, protocol, hint, onCopied: setCopied });
	const viewer = state.is === 'open' ? keeper?.viewer : undefined;
	useEffect(() => viewer?.fit(fit), [viewer, fit]);
	const press = useCallback(
		(strokes: readonly Stroke[]) => {
			viewer?.stroke(strokes);
			viewer?.focus();
		},
		[viewer],
	);
	const leave = () => {
		viewer?.blur();
		root.current?.querySelector<HTMLElement>('[role="toolbar"] button')?.focus();
	};
	const onKey = (event: KeyboardEvent) => {
		if (event.type === 'keydown' && event.ctrlKey && event.altKey && event.code === 'KeyG') {
			event.preventDefault();
			event.stopPropagation();
			leave();
			return;
		}
		const keysym = keysymByPlace(event, layout);
		if (keysym === undefined || viewer?.key === undefined) return;
		event.preventDefault();
		event.stopPropagation();
		viewer.key(keysym, event.code, event.type === 'keydown');
	};
	return (
		<section aria-label={t('console.of', { name })} className={css.console} data-full={full.is || undefined} ref={root}>
			<Toolbar
				address={address}
				copied={copied}
				fit={fit}
				full={full}
				layout={layout}
				name={name}
				onFit={(on) => keepFit(on ? 'yes' : 'no')}
				onLayout={keepLayout}
				onProtocol={setProtocol}
				own={own}
				press={press}
				protocol={protocol}
				tools={tools}
				viewer={viewer}
			/>
			<div className={css.stage}>
				<div
					aria-label={t(protocol === 'rfb' ? 'console.screen' : 'console.terminal', { name })}
					className={css.target}
					data-fit={fit || undefined}
					data-protocol={protocol}
					// What is inside takes the keys.
					onFocus={(event) => event.target === event.currentTarget && viewer?.focus()}
					onKeyDownCapture={onKey}
					onKeyUpCapture={onKey}
					ref={target}
					role="application"
					// biome-ignore lint/a11y/noNoninteractiveTabindex: keys go to it.
					tabIndex={0}
				/>
				<Status
					none={t(protocol === 'rfb' ? 'console.none' : 'console.noText')}
					onTry={() => keeper?.hurry()}
					state={state}
				/>
			</div>
			<KeyBar disabled={viewer === undefined} layout={layout} press={press} />
			<p className={css.hint}>{t('console.leave')}</p>
		</section>
	);
}

/** With the guest's layout known, a key is told by its place, and the guest says what letter it makes. */
function keysymByPlace(event: KeyboardEvent, layout: Layout): number | undefined {
	if (layout === 'letters') return undefined;
	const sign = usSign(event.code, event.shiftKey);
	return sign === undefined ? undefined : keysymOf(sign);
}
