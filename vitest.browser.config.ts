import { defineConfig } from 'vitest/config';

/** What only a browser can tell: `npm run test:browser`, apart from `npm test`, since it needs one installed. */
export default defineConfig({
  test: {
    include: ['test/browser/**/*.test.ts'],
    globalSetup: ['test/support/postgres.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
  },
});
