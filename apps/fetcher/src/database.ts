import { setTimeout } from 'node:timers/promises';
import { KhabarError } from '@khabar/contracts';
import type { HealthRegistry, Logger } from '@khabar/runtime';
import { DataSource } from 'typeorm';
import { Announced } from './frontier/announced.entity.ts';
import { SourcesAndFrontier1763942400000 } from './migrations/1763942400000-sources-and-frontier.ts';
import { Source } from './sources/source.entity.ts';

const SCHEMA = 'fetcher';
/** Any number, as long as nobody else locks by it: the first bytes of sha256("khabar fetcher migrations"). */
const MIGRATION_LOCK = 0x6ff67f5c;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

/** Postgres, with the fetcher's schema up to date. Waits for a database that is not there yet; one that refuses us is an error at once. */
export async function openDatabase(url: string, logger: Logger): Promise<DataSource> {
  const database = new DataSource({
    type: 'postgres',
    url,
    schema: SCHEMA,
    applicationName: 'khabar-fetcher',
    poolSize: 10,
    entities: [Source, Announced],
    migrations: [SourcesAndFrontier1763942400000],
    migrationsTableName: 'migration',
    installExtensions: false,
  });
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      await database.initialize();
      break;
    } catch (error) {
      if (!mayComeBack(error)) throw error;
      logger.warn({ err: error }, `Postgres (DATABASE_URL) does not answer yet; trying again in ${pauseMs / 1000} s`);
      await setTimeout(pauseMs);
    }
  }
  try {
    await migrate(database);
  } catch (error) {
    await database.destroy();
    throw error;
  }
  return database;
}

/** Whether Postgres answers, for the readiness of the service. */
export function watchDatabase(database: DataSource, health: HealthRegistry): void {
  health.add('postgres', async () => {
    await database.query('SELECT 1');
    return { up: true, detail: 'answers' };
  });
}

/** A fault of the database as what it is to the work at hand: something that waiting may mend. */
export function toDatabaseError(cause: unknown): KhabarError {
  return new KhabarError('database-away', 'The database does not answer', { retriable: true, cause });
}

/** Replicas that start together migrate one after the other. */
async function migrate(database: DataSource): Promise<void> {
  const runner = database.createQueryRunner();
  try {
    await runner.connect();
    await runner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await runner.query(`CREATE SCHEMA IF NOT EXISTS ${SCHEMA}`);
    await database.runMigrations({ transaction: 'each' });
  } finally {
    await runner.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => undefined);
    await runner.release();
  }
}

/** Not there, or starting or stopping (SQLSTATE class 57); a wrong password or database name is not waited out. */
function mayComeBack(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(?:E[A-Z_]+|57P0\d|53300)$/.test(code);
}
