/** Single-key shortcuts. They rest while somebody types, while a dialog or menu is open, and with Ctrl, Alt or Meta. */
import { useEffect, useRef } from 'react';

export type Keys = readonly (readonly [key: string, run: () => unknown])[];

/** Binds keys, by `KeyboardEvent.key` (`j`, `?`, `Escape`), with `Shift+` before it for those letters and arrows. */
export function useKeys(keys: Keys): void {
	const latest = useRef(keys);
	useEffect(() => {
		latest.current = keys;
	});
	useEffect(() => {
		const press = (event: KeyboardEvent) => {
			if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
			if (isBusy(event.target) || (event.key === 'Enter' && isPressable(event.target))) return;
			const shifted = event.shiftKey && (event.key.length > 1 || /[a-z]/i.test(event.key));
			const key = event.key.length > 1 ? event.key : event.key.toLowerCase();
			const wanted = shifted ? `Shift+${key}` : event.key;
			const run = latest.current.find(([name]) => name === wanted)?.[1];
			if (run === undefined) return;
			event.preventDefault();
			run();
		};
		document.addEventListener('keydown', press);
		return () => document.removeEventListener('keydown', press);
	}, []);
}

function isBusy(target: EventTarget | null): boolean {
	if (document.querySelector('[role="dialog"][aria-modal="true"], [role="menu"]') !== null) return true;
	if (!(target instanceof HTMLElement)) return false;
	return target.isContentEditable || target.matches('input:not([type="checkbox"]), textarea, select');
}

/** Whether Enter has a meaning of its own there. */
function isPressable(target: EventTarget | null): boolean {
	return target instanceof HTMLElement && target.matches('button, a, summary');
}
