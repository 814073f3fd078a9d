import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/** Most that the scripts of the first page may weigh, in bytes of gzip: a second on a slow line. */
const BUDGET = 200_000;
/** A smaller file fits one packet. */
const WORTH_IT = 1400;

/** Puts a `.br` and a `.gz` beside each text file of the build, for the server to send as they are, and weighs them. */
export function compressed(): Plugin {
	let folder = '';
	return {
		name: 'compressed',
		apply: 'build',
		configResolved(config) {
			folder = config.build.outDir;
		},
		closeBundle() {
			const weights = new Map<string, number>();
			for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
				if (!/\.(js|css|html|svg)$/.test(file)) continue;
				const bytes = readFileSync(join(folder, file));
				if (bytes.length < WORTH_IT) continue;
				const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
				const gzip = gzipSync(bytes, { level: 9 });
				writeFileSync(join(folder, `${file}.br`), brotliCompressSync(bytes, { params }));
				writeFileSync(join(folder, `${file}.gz`), gzip);
				weights.set(file, gzip.length);
			}
			const page = readFileSync(join(folder, 'index.html'), 'utf8');
			const first = [...page.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)].map(([, file]) => file ?? '');
			const weight = first.reduce((sum, file) => sum + (weights.get(file) ?? 0), 0);
			if (weight > BUDGET) throw new Error(`the first page loads ${weight} bytes of scripts; ${BUDGET} are allowed`);
			console.log(`the first page loads ${Math.ceil(weight / 1000)} kB of scripts (gzip)`);
		},
	};
}
