import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Plugin, Rollup } from 'vite';

/** Most that the scripts may weigh until the list of VMs is painted, in bytes of gzip: a second on a slow line. */
const BUDGET = 200_000;
/** A smaller file fits one packet. */
const WORTH_IT = 1400;
/** Modules that are fetched on demand, but always before the list of VMs is painted; of the catalogues the larger. */
const FIRST = ['src/app/Shell.tsx', 'src/app/NounPage.tsx', 'src/vm/list.tsx', 'src/i18n/fr/index.ts'];

/** Puts a `.br` and a `.gz` beside each text file of the build, for the server to send as they are, and weighs them. */
export function compressed(): Plugin {
	let folder = '';
	let first: ReadonlySet<string> = new Set();
	return {
		name: 'compressed',
		apply: 'build',
		configResolved(config) {
			folder = config.build.outDir;
		},
		writeBundle(_, bundle) {
			first = firstLoad(bundle);
		},
		closeBundle() {
			const weights = new Map<string, number>();
			for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
				if (!/\.(js|css|html|svg)$/.test(file)) continue;
				const bytes = readFileSync(join(folder, file));
				const gzip = gzipSync(bytes, { level: 9 });
				weights.set(file, Math.min(gzip.length, bytes.length));
				if (bytes.length < WORTH_IT) continue;
				const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
				writeFileSync(join(folder, `${file}.br`), brotliCompressSync(bytes, { params }));
				writeFileSync(join(folder, `${file}.gz`), gzip);
			}
			const weight = [...first].reduce((sum, file) => sum + (weights.get(file) ?? 0), 0);
			if (weight > BUDGET) {
				const heaviest = [...first].map((file) => [weights.get(file) ?? 0, file] as const).sort(([a], [b]) => b - a);
				const lines = heaviest.slice(0, 12).map(([bytes, file]) => `\n  ${bytes} ${file}`);
				throw new Error(
					`the list of VMs needs ${weight} bytes of scripts; ${BUDGET} are allowed. Of these:${lines.join('')}`,
				);
			}
			console.log(`the list of VMs needs ${Math.ceil(weight / 1000)} kB of scripts (gzip)`);
		},
	};
}

/** The files of scripts that are loaded until the list of VMs is painted: those of the entry and of `FIRST`, and what they import. */
function firstLoad(bundle: Rollup.OutputBundle): ReadonlySet<string> {
	const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
	const roots = [
		...chunks.filter(({ isEntry }) => isEntry),
		...FIRST.map((module) => {
			const chunk = chunks.find(({ moduleIds }) => moduleIds.some((id) => id.endsWith(`/${module}`)));
			if (chunk === undefined) throw new Error(`no script of the build has the module ${module}`);
			return chunk;
		}),
	];
	const found = new Set<string>();
	const follow = (name: string) => {
		const chunk = bundle[name];
		if (found.has(name) || chunk?.type !== 'chunk') return;
		found.add(name);
		chunk.imports.forEach(follow);
	};
	for (const { fileName } of roots) follow(fileName);
	return found;
}
