import { defineConfig } from 'vitest/config';

/** `npm run test:deploy`: the whole system, deployed by the real `cdk` to an emulator of AWS on this machine. */
export default defineConfig({
  test: {
    name: 'deploy',
    include: ['test/deploy/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 600_000,
    pool: 'forks',
    fileParallelism: false,
    globalSetup: ['test/support/postgres.ts'],
  },
});
