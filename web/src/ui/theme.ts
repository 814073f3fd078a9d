/** Colours and defaults for Mantine's components; what our own CSS uses is in `theme.css`. */
import { createTheme, type MantineColorsTuple } from '@mantine/core';

/** Ten steps of the accent, light to dark; step 6 on white and step 4 on the dark ground pass 4.5:1. */
const iris: MantineColorsTuple = [
	'#eef0fd',
	'#d9dcf8',
	'#b2b8f2',
	'#9aa3f2',
	'#8f9af5',
	'#6470e0',
	'#4650c8',
	'#3d46b0',
	'#343c98',
	'#262c74',
];

export const theme = createTheme({
	colors: { iris },
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
		Modal: { defaultProps: { centered: true, transitionProps: { duration: 120 } } },
		Menu: { defaultProps: { shadow: 'md', transitionProps: { duration: 80 } } },
	},
});
