import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { compressed } from './build/compressed.ts';

/** Where `npm run dev` finds a running xo-server. */
const server = process.env.XO_SERVER_URL ?? 'http://127.0.0.1:8080';

const BASE = /node_modules\/(react|react-dom|scheduler|use-sync-external-store|@tanstack|i18next|react-i18next)\//;

/** What every list is made of. */
const LIST =
	/\/src\/(filter\/(parse|print|readable|terms)|table\/(DataTable|FilterBox|Header|HeaderCell|Line|WidthHandle|column|fit|layout|rowWindow|selection|useColumnDrag)|list\/(Chips|Facets|search|suggest|useListKeys)|ui\/(MenuButton|Plain|keys|painted|useWidth))\./;

export default defineConfig({
	// Relative addresses: the pages work under any path the server or a proxy mounts them at.
	base: './',
	plugins: [react(), compressed()],
	build: {
		target: 'es2023',
		assetsInlineLimit: 0,
		modulePreload: { polyfill: false },
		// What every page needs of packages is one file: it is fetched once, and stays with the browser when ours change.
		rolldownOptions: {
			output: {
				codeSplitting: {
					groups: [
						{ name: 'base', test: BASE },
						{ name: 'list', test: LIST },
					],
				},
			},
		},
	},
	server: {
		proxy: {
			'/api/': { target: server, ws: true },
			'/signin': { target: server },
			'/signout': { target: server },
		},
	},
	test: { include: ['src/**/*.test.{ts,tsx}'], setupFiles: ['src/i18n/forTests.ts'] },
});
