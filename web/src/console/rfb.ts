/** A screen: noVNC on a WebSocket of ours, which tells why it ended. */
import RFB from '@novnc/novnc';
import { KEYSYM } from './keys';
import type { Attach } from './viewer';

/** Keys that other keys are held with. */
const HELD: ReadonlySet<number> = new Set([KEYSYM.Shift, KEYSYM.Control, KEYSYM.Alt, KEYSYM.AltGr, KEYSYM.Super]);

export const attach: Attach = (target, socket, told) => {
	const rfb = new RFB(target, socket, { shared: true });
	rfb.background = 'transparent';
	rfb.showDotCursor = true;
	let ended = false;
	rfb.addEventListener('connect', () => told.open());
	rfb.addEventListener('clipboard', (event) => {
		if (event instanceof CustomEvent) told.copied(String(event.detail.text));
	});
	rfb.addEventListener('disconnect', () => {
		ended = true;
	});
	return {
		focus: () => rfb.focus(),
		blur: () => {
			// What is held stays held in the guest otherwise: its releases come when the screen no longer listens.
			rfb.sendKey(KEYSYM.Control, 'ControlLeft', false);
			rfb.sendKey(KEYSYM.Alt, 'AltLeft', false);
			rfb.blur();
		},
		fit: (fit) => {
			rfb.scaleViewport = fit;
			rfb.clipViewport = false;
		},
		stroke: (strokes) => {
			for (const { keys, code } of strokes) {
				const codeOf = (key: number) => (HELD.has(key) ? null : (code ?? null));
				for (const key of keys) rfb.sendKey(key, codeOf(key), true);
				for (const key of [...keys].reverse()) rfb.sendKey(key, codeOf(key), false);
			}
		},
		key: (keysym, code, down) => rfb.sendKey(keysym, code, down),
		paste: (text) => rfb.clipboardPasteFrom(text),
		end: () => {
			if (!ended) rfb.disconnect();
		},
	};
};
