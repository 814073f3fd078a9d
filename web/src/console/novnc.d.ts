/** The package ships no types; these are of what is used here. */
declare module '@novnc/novnc' {
	export default class RFB extends EventTarget {
		constructor(target: Element, channel: WebSocket, options?: { shared?: boolean });
		/** Shows all of the screen, however large it is. */
		scaleViewport: boolean;
		/** Shows a part of the screen as large as it is. */
		clipViewport: boolean;
		dragViewport: boolean;
		focusOnClick: boolean;
		showDotCursor: boolean;
		background: string;
		disconnect(): void;
		focus(): void;
		blur(): void;
		/** Without `down`, presses and releases. */
		sendKey(keysym: number, code: string | null, down?: boolean): void;
		sendCtrlAltDel(): void;
		clipboardPasteFrom(text: string): void;
	}
}
