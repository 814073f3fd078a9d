import { defineConfig } from 'vitest/config';

export default defineConfig({
	test: {
		include: ['e2e/**/*.spec.ts'],
		// One server and one browser at a time: tests share two cores with both.
		fileParallelism: false,
		testTimeout: 180_000,
		hookTimeout: 180_000,
		// A browser on a busy machine is given a second try; the report names every test that needed it.
		retry: process.env.CI ? 1 : 0,
	},
});
