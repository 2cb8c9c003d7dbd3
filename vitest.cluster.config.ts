import { defineConfig } from 'vitest/config';

/** What needs a cluster of Kafka brokers of its own, one file after the other: three JVMs are enough for a machine of two cores. */
export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    name: 'cluster',
    include: ['libs/**/*.cluster.spec.ts'],
    exclude: ['**/node_modules/**'],
    pool: 'threads',
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    reporters: ['verbose', './cluster-reporter.ts', './plain-reporter.ts'],
  },
});
