import { defineConfig } from 'vitest/config';

/**
 * One runner, two projects told apart by suffix: `*.spec.ts` is pure and quick, `*.int.spec.ts` and `*.e2e.spec.ts`
 * run on the real Postgres and Kafka that `global-setup.ts` starts once for the whole run.
 */
export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    pool: 'threads',
    reporters: ['default', './plain-reporter.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{apps,libs,tools,bench,e2e}/**/*.spec.ts'],
          exclude: ['**/*.{int,e2e,cluster}.spec.ts', '**/node_modules/**'],
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['{apps,libs,e2e,tools}/**/*.{int,e2e}.spec.ts'],
          exclude: ['**/node_modules/**'],
          globalSetup: ['./global-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 4, // they wait for processes and brokers more than they work
        },
      },
    ],
  },
});
