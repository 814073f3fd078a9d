import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { compressed } from './build/compressed';

/** Where `npm run dev` finds a running xo-server. */
const server = process.env.XO_SERVER_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
	// Relative addresses: the pages work under any path the server or a proxy mounts them at.
	base: './',
	plugins: [react(), compressed()],
	build: { target: 'es2023', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
	server: {
		proxy: {
			'/api/': { target: server, ws: true },
			'/signin': { target: server },
			'/signout': { target: server },
		},
	},
	test: { include: ['src/**/*.test.{ts,tsx}'], setupFiles: ['src/i18n/forTests.ts'] },
});
