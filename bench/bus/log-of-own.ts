import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bus, type BusSettings, openBus } from '@khabar/bus';
import { RAW_ARTICLES, type TopicDefinition, deadLetterTopic } from '@khabar/contracts';
import { type OwnKafkaServer, startOwnKafka, uniqueName } from '@khabar/testing';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@khabar/embedded-postgres';
import type { BenchRun } from '../bench.ts';

/** The broker of the run. @throws Error where this machine has no means to run one */
export function kafka(run: BenchRun): Promise<OwnKafkaServer> {
  return run.once('kafka', () => startOwnKafka((line) => run.log(line)));
}

/** A Postgres with its default durability. */
export function postgres(run: BenchRun): Promise<EmbeddedPostgres> {
  return run.once('postgres', async () => {
    const folder = run.removes(await mkdtemp(join(tmpdir(), 'khabar-bench-')));
    await chmod(folder, 0o755); // started by root, Postgres runs as another user, who must get in
    return startEmbeddedPostgres({ dataDir: join(folder, 'data'), log: (line) => run.log(line) });
  });
}

/** Where a log is. */
export type Connection = Pick<BusSettings, 'kafkaBrokers' | 'databaseUrl'>;

/** The services' own settings for a bus there. */
export function busSettings(connection: Connection): BusSettings {
  return {
    service: 'bench',
    version: '0.0.0',
    ...connection,
    maxAttempts: 5,
    retryBaseMs: 500,
    retryMaxMs: 60_000,
    batchMaxEvents: 500,
    batchMaxBytes: 4 * 1024 * 1024,
    lingerMs: 5,
    transactions: false,
    maxBytesInFlight: 16 * 1024 * 1024,
  };
}

/** A topic of raw articles that no other measurement has, with its dead letters, and a bus on it with the services' own settings. */
export async function ownTopic(
  run: BenchRun,
  connection: Connection,
): Promise<{ bus: Bus; topic: TopicDefinition; group: string }> {
  const topic = { ...RAW_ARTICLES, name: uniqueName('bench.raw') };
  const bus = run.ends(await openBus({ ...busSettings(connection), topics: [topic] }));
  await bus.ensureTopics([topic, deadLetterTopic(topic)]);
  return { bus, topic, group: uniqueName('bench') };
}
