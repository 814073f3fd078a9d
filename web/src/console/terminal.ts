/** A text console: xterm.js on a WebSocket of bytes. */
import '@xterm/xterm/css/xterm.css';
import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import type { Attach } from './viewer';

/** What serial lines have been since there are any; the guest is not told of another size. */
const SIZE = { cols: 80, rows: 24 };

const THEME = { background: '#0b0d10', foreground: '#e5e9ee' };

export const attach: Attach = (target, socket, told) => {
	const terminal = new Terminal({ ...SIZE, cursorBlink: true, scrollback: 5000, screenReaderMode: true, theme: THEME });
	const fitting = new FitAddon();
	terminal.loadAddon(fitting);
	terminal.open(target);
	const coder = new TextEncoder();
	const send = (text: string) => {
		if (socket.readyState === WebSocket.OPEN) socket.send(coder.encode(text));
	};
	terminal.onData(send);
	socket.addEventListener('open', () => told.open());
	socket.addEventListener('message', ({ data }) => {
		terminal.write(data instanceof ArrayBuffer ? new Uint8Array(data) : String(data));
	});
	const onResize = () => fitting.fit();
	let follows: ResizeObserver | undefined;
	return {
		focus: () => terminal.focus(),
		blur: () => terminal.blur(),
		stroke: (strokes) => send(strokes.map(({ text }) => text).join('')),
		fit: (fit) => {
			follows?.disconnect();
			follows = undefined;
			if (!fit) return terminal.resize(SIZE.cols, SIZE.rows);
			follows = new ResizeObserver(onResize);
			follows.observe(target);
		},
		end: () => {
			follows?.disconnect();
			terminal.dispose();
		},
	};
};
