import { defineConfig } from 'vitest/config';

export default defineConfig({
	test: {
		include: ['bench/**/*.bench.ts'],
		fileParallelism: false,
		testTimeout: 0,
		hookTimeout: 400_000,
		silent: false,
	},
});
