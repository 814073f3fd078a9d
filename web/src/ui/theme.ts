/** Colours and defaults for Mantine's components; what our own CSS uses is in `theme.css`. */
import { createTheme, type MantineColorsTuple } from '@mantine/core';

/** Ten steps of the accent, light to dark; step 6 on white and step 4 on the dark ground pass 4.5:1. */
const iris: MantineColorsTuple = [
	'#eef0fd',
	'#d9dcf8',
	'#b2b8f2',
	'#9aa3f2',
	'#8f9af5',
	'#5a65d6',
	'#4650c8',
	'#3d46b0',
	'#343c98',
	'#262c74',
];

/** Ten steps of the dark ground, from text to the darkest, in the slate of `theme.css`. */
const dark: MantineColorsTuple = [
	'#dfe4ea',
	'#bcc5cf',
	'#98a3b0',
	'#747f8c',
	'#39414b',
	'#272d35',
	'#1c2127',
	'#161a1f',
	'#0e1114',
	'#0a0c0f',
];

/** `close` is what buttons that close something are called. */
export const themeOf = (close: string) =>
	createTheme({
		colors: { dark, iris },
		primaryColor: 'iris',
		primaryShade: { light: 6, dark: 5 },
		autoContrast: true,
		fontFamily: "'Inter Variable', system-ui, sans-serif",
		fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
		defaultRadius: 'md',
		cursorType: 'pointer',
		respectReducedMotion: true,
		components: {
			Tooltip: { defaultProps: { openDelay: 400, withArrow: true, maw: 320, multiline: true } },
			Modal: {
				defaultProps: {
					centered: true,
					overlayProps: { backgroundOpacity: 0.45 },
					transitionProps: { duration: 120 },
					closeButtonProps: { 'aria-label': close },
				},
			},
			// A dialog stands outside of the page: its head is no banner of it.
			ModalHeader: { defaultProps: { role: 'presentation' } },
			Notification: { defaultProps: { closeButtonProps: { 'aria-label': close } } },
			Menu: { defaultProps: { shadow: 'md', withInitialFocusPlaceholder: false, transitionProps: { duration: 80 } } },
		},
	});
