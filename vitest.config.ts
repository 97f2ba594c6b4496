import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'examples/**/*.test.ts'],
    globalSetup: ['test/servers/setup.ts'],
    // Looks on at every server: no secret in a log or an error, no 5xx that is not meant.
    setupFiles: ['test/gates/setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two cores, real servers: more workers than cores only make the timeouts lie.
    maxWorkers: 2,
  },
});
