import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** Where `npm run dev` finds a running xo-server. */
const server = process.env.XO_SERVER_URL ?? 'http://127.0.0.1:8080';

/** Puts a `.br` and a `.gz` beside each text file of the build, for the server to send as they are. */
function compressed(): Plugin {
	let folder = '';
	return {
		name: 'compressed',
		apply: 'build',
		configResolved(config) {
			folder = config.build.outDir;
		},
		closeBundle() {
			for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
				if (!/\.(js|css|html|svg)$/.test(file)) continue;
				const bytes = readFileSync(join(folder, file));
				if (bytes.length < 1400) continue;
				const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
				writeFileSync(join(folder, `${file}.br`), brotliCompressSync(bytes, { params }));
				writeFileSync(join(folder, `${file}.gz`), gzipSync(bytes, { level: 9 }));
			}
		},
	};
}

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
	test: { include: ['src/**/*.test.{ts,tsx}'] },
});
