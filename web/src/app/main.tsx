/** Starts the pages: one store, one connection, one tree. */
import '@fontsource-variable/inter';
import '../ui/styles.css';
import { MantineProvider } from '@mantine/core';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode, useMemo } from 'react';
import { createRoot } from 'react-dom/client';
import { useTranslation } from 'react-i18next';
import { startLanguage } from '../i18n';
import { Connection } from '../live/connection';
import { LiveContext } from '../live/hooks';
import { Loads } from '../live/loads';
import { Names } from '../live/names';
import { Records } from '../live/records';
import { Tasks } from '../live/tasks';
import { themeOf } from '../ui/theme';
import { base, leaveSignInAddress } from './base';
import { router } from './routes';

leaveSignInAddress();

const connection = new Connection(new URL('api/', base()).href.replace(/^http/, 'ws'));
connection.start();
const live = {
	connection,
	names: new Names(connection),
	tasks: new Tasks(connection),
	records: new Records(connection),
	loads: new Loads(connection),
};
addEventListener('online', () => connection.hurry());
document.addEventListener('visibilitychange', () => {
	const isSeen = document.visibilityState === 'visible';
	if (isSeen) connection.hurry();
	live.loads.see(isSeen);
});

// The server was updated and no longer has the files of this page's version: load the new page, but not in a circle.
addEventListener('vite:preloadError', () => {
	// Without a connection there is no new page either.
	if (connection.state.is !== 'live') return;
	const last = Number(sessionStorage.getItem('reloaded'));
	if (Date.now() - last < 60_000) return;
	sessionStorage.setItem('reloaded', String(Date.now()));
	location.reload();
});

function Pages() {
	const { t } = useTranslation();
	const close = t('close');
	const theme = useMemo(() => themeOf(close), [close]);
	return (
		<MantineProvider defaultColorScheme="auto" theme={theme}>
			<RouterProvider router={router} />
		</MantineProvider>
	);
}

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no element `root`');
await startLanguage();
createRoot(root).render(
	<StrictMode>
		<LiveContext value={live}>
			<Pages />
		</LiveContext>
	</StrictMode>,
);
