import { KhabarError, toKhabarError } from '@khabar/contracts';
import {
  type HealthRegistry,
  NOT_ALLOWED,
  type OwnedSchema,
  PatientClient,
  connectTo,
  isOfToday,
  migrateInTurn,
  notPrepared,
} from '@khabar/runtime';
import { DatabaseError } from 'pg';
import { DataSource, MigrationExecutor, QueryFailedError } from 'typeorm';
import { Announced } from './frontier/announced.entity.ts';
import { SourcesAndFrontier1763942400000 } from './migrations/1763942400000-sources-and-frontier.ts';
import { Source } from './sources/source.entity.ts';

/** The steps to today's form of the schema `fetcher`, in their order; a class's name ends in the time that it has. */
export const MIGRATIONS = [SourcesAndFrontier1763942400000] as const;

const SCHEMA = 'fetcher';
const MIGRATIONS_TABLE = 'migration';
const CONNECT_TIMEOUT_MS = 5_000;
/** A fetcher that froze in the middle of a transaction loses it, and with it the sources that others wait for. */
const IDLE_IN_TRANSACTION_MS = 60_000;

/**
 * Postgres, with the fetcher's schema in today's form. Who finds it so needs no right to change it.
 * @throws KhabarError `database-unavailable`, which the service's start waits for, `database-refused` for a wrong user, password or database name,
 *   and `database-not-prepared` where the schema is to be changed, or is closed to our role, and that role may not change it.
 */
export async function openDatabase(url: string): Promise<DataSource> {
  const client = await connectTo(url, { applicationName: 'khabar-fetcher', addressee: 'DATABASE_URL' });
  const database = new DataSource({
    type: 'postgres',
    url,
    schema: SCHEMA,
    applicationName: 'khabar-fetcher',
    poolSize: 10,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    extra: { Client: PatientClient, idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS },
    entities: [Source, Announced],
    migrations: [...MIGRATIONS],
    migrationsTableName: MIGRATIONS_TABLE,
    installExtensions: false,
    logger: 'debug', // what fails is thrown: TypeORM's own lines of it come where DEBUG asks for them
  });
  try {
    const isReady = await isOfToday(client, fetcherSchema, MIGRATIONS);
    await database.initialize();
    if (!isReady) await migrate(database);
    return database;
  } catch (error) {
    if (database.isInitialized) await database.destroy();
    throw explain(error);
  } finally {
    await client.end();
  }
}

/** What the fetcher's database belongs to, for whoever prepares it. */
export const fetcherSchema: OwnedSchema = {
  name: SCHEMA,
  versionTable: MIGRATIONS_TABLE,
  async migrate(url) {
    await (await openDatabase(url)).destroy();
  },
};

/** Whether Postgres answers, for the readiness of the service. */
export function watchDatabase(database: DataSource, health: HealthRegistry): void {
  health.add('postgres', async () => {
    await database.query('SELECT 1');
    return { up: true, detail: 'answers' };
  });
}

/** A fault of the database in the middle of a poll is never the source's, however the driver words it. @throws KhabarError `database-unavailable`. */
export function raiseDatabaseError(cause: unknown): never {
  throw toDatabaseError(cause);
}

/** Why the database could not be brought into form: it may not be changed by us, it is away, or the mistake is ours. */
function explain(error: unknown): unknown {
  const cause: unknown = error instanceof QueryFailedError ? error.driverError : error;
  if (cause instanceof DatabaseError && cause.code === NOT_ALLOWED) return notPrepared(SCHEMA, cause);
  return toKhabarError(cause).dependency || isBrokenOff(cause) ? toDatabaseError(cause) : error;
}

/** That a connection ended, or took too long, the driver says by a plain error that has no code. */
function isBrokenOff(cause: unknown): boolean {
  return cause instanceof Error && cause.constructor === Error && !('code' in cause);
}

function toDatabaseError(cause: unknown): KhabarError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new KhabarError('database-unavailable', `Postgres (DATABASE_URL) does not answer: ${why}`, {
    dependency: true,
    cause,
  });
}

/** Fetchers that start together migrate one after the other. */
async function migrate(database: DataSource): Promise<void> {
  const runner = database.createQueryRunner();
  const executor = new MigrationExecutor(database, runner);
  executor.transaction = 'each';
  try {
    await migrateInTurn(runner, SCHEMA, async () => {
      await runner.query(`CREATE SCHEMA IF NOT EXISTS ${SCHEMA}`);
      await executor.executePendingMigrations();
    });
  } finally {
    await runner.release();
  }
}
