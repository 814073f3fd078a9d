/** Starts the pages: one store, one connection, one tree. */
import '@fontsource-variable/inter';
import '../ui/styles.css';
import { MantineProvider } from '@mantine/core';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Connection } from '../live/connection';
import { LiveContext } from '../live/hooks';
import { Store } from '../live/store';
import { theme } from '../ui/theme';
import { base, leaveSignInAddress } from './base';
import { router } from './routes';

leaveSignInAddress();

const store = new Store();
const connection = new Connection(new URL('api/', base()).href.replace(/^http/, 'ws'), store);
connection.start();
addEventListener('online', () => connection.hurry());
document.addEventListener('visibilitychange', () => {
	if (document.visibilityState === 'visible') connection.hurry();
});

// The server was updated and no longer has the files of this page's version: load the new page, but not in a circle.
addEventListener('vite:preloadError', () => {
	const last = Number(sessionStorage.getItem('reloaded'));
	if (Date.now() - last < 60_000) return;
	sessionStorage.setItem('reloaded', String(Date.now()));
	location.reload();
});

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no element `root`');
createRoot(root).render(
	<StrictMode>
		<MantineProvider defaultColorScheme="auto" theme={theme}>
			<LiveContext value={{ store, connection }}>
				<RouterProvider router={router} />
			</LiveContext>
		</MantineProvider>
	</StrictMode>,
);
