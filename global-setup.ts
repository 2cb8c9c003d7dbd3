import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from './libs/embedded-postgres/src/index.ts';
import { KafkaMissing, endWithTests, startKafka } from './libs/testing/src/index.ts';

/** The data of a test run need not survive a power cut. */
const FORGETFUL = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' };

const log = (line: string) => console.log(line);

/** Starts the one Postgres and the one Kafka of a test run, and stops them after it. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const started = await Promise.allSettled([startPostgres(provide), startBroker(provide)]);
  const stops = started.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  const stop = async () => void (await Promise.all(stops.map((stopOne) => stopOne())));
  const failure = started.find((start) => start.status === 'rejected');
  if (!failure) return stop;
  await stop();
  throw failure.reason;
}

async function startPostgres(provide: TestProject['provide']): Promise<() => Promise<void>> {
  const named = process.env['TEST_DATABASE_URL'];
  if (named) {
    provide('postgresUrl', named);
    return async () => undefined;
  }
  const folder = await mkdtemp(join(tmpdir(), 'khabar-postgres-'));
  await chmod(folder, 0o755); // started by root, Postgres runs as another user, who must get in
  const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'data'), settings: FORGETFUL, log });
  const release = endWithTests(postgres.pid, folder);
  provide('postgresUrl', postgres.url);
  return async () => {
    await postgres.stop();
    release();
    await rm(folder, { recursive: true, force: true });
  };
}

async function startBroker(provide: TestProject['provide']): Promise<() => Promise<void>> {
  try {
    const kafka = await startKafka(log);
    provide('kafkaBrokers', [...kafka.brokers]);
    provide('kafkaMissing', null);
    return () => kafka.stop();
  } catch (error) {
    if (!(error instanceof KafkaMissing)) throw error;
    provide('kafkaBrokers', null);
    provide('kafkaMissing', error.message);
    return async () => undefined;
  }
}
