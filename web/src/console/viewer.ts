/** What shows a console and takes keys for it: a screen or a terminal, of one WebSocket. */
import type { Stroke } from './keys';

export type Protocol = 'rfb' | 'vt100';

export interface Viewer {
	focus: () => void;
	blur: () => void;
	/** Presses keys one after the other, each held until those after it that it modifies are done. */
	stroke: (strokes: readonly Stroke[]) => void;
	/** Presses a key or lets it go, where that can be told apart. */
	key?: (keysym: number, code: string, down: boolean) => void;
	/** Shows all of it in the room there is, or as large as it is. */
	fit: (fit: boolean) => void;
	/** Puts a text on the guest's clipboard, where it has one. */
	paste?: (text: string) => void;
	end: () => void;
}

export interface Told {
	/** The first picture is there. */
	open: () => void;
	/** The guest has something on its clipboard. */
	copied: (text: string) => void;
}

/** Shows in `target` what comes by a WebSocket that is about to open. */
export type Attach = (target: HTMLElement, socket: WebSocket, told: Told) => Viewer;
