import { defineConfig } from 'vitest/config';

/** Printed with every run; `VOLLEY_TEST_SEED=n npm test` repeats a run's property tests exactly. */
const seed = Number(process.env.VOLLEY_TEST_SEED ?? Date.now() % 2 ** 31);
if (process.env.VOLLEY_TEST_SEED === undefined) {
  process.env.VOLLEY_TEST_SEED = String(seed);
  console.error(`property tests run with seed ${seed} (VOLLEY_TEST_SEED=${seed} repeats them)`);
}

const pure = [
  'test/infra/*.test.ts',
  'test/core/**/*.test.ts',
  'test/playbook/**/*.test.ts',
  'test/cli/**/*.test.ts',
  'test/*.test.ts',
];

const servers = ['test/support/postgres.ts', 'test/support/temporal-server.ts'];

export default defineConfig({
  test: {
    // Real servers, real child processes: the slow paths are slow on two cores.
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // Temporal's native core and PGlite want a process of their own.
    pool: 'forks',
    env: { VOLLEY_TEST_SEED: String(seed) },
    setupFiles: ['test/seed.ts'],
    projects: [
      { extends: true, test: { name: 'pure', include: pure } },
      {
        extends: true,
        test: {
          name: 'system',
          include: ['test/**/*.test.ts'],
          exclude: [...pure, 'test/browser/**', 'test/deploy/**'],
          globalSetup: servers,
        },
      },
      // What stands on the store runs on a Postgres server too; the store's own tests choose their kind.
      {
        extends: true,
        test: {
          name: 'postgres',
          include: ['api', 'activities', 'notices', 'outbox', 'temporal', 'workflows'].map(
            (part) => `test/${part}/**/*.test.ts`,
          ),
          env: { VOLLEY_TEST_DB: 'postgres' },
          globalSetup: servers,
        },
      },
    ],
  },
});
