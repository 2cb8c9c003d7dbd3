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
import { DataSource, type DataSourceOptions, MigrationExecutor, QueryFailedError } from 'typeorm';
import { ArticleEntity } from '../articles/article.entity.ts';
import { EarlierTextEntity } from '../articles/earlier-text.entity.ts';
import { RawArticleEntity } from '../articles/raw-article.entity.ts';
import { RevisionEntity } from '../articles/revision.entity.ts';
import { ChangeEntity } from '../changes/change.entity.ts';
import { ChangesProgressEntity } from '../changes/changes-progress.entity.ts';
import { ArticleEchoesEntity } from '../clusters/article-echoes.entity.ts';
import { EchoKeyEntity } from '../clusters/echo-key.entity.ts';
import { EchoLinkEntity } from '../clusters/echo-link.entity.ts';
import { UnclusteredEntity } from '../clusters/unclustered.entity.ts';
import { ErasedArticleEntity } from '../erasure/erased-article.entity.ts';
import { ErasedRawArticleEntity } from '../erasure/erased-raw-article.entity.ts';
import { ErasedTextEntity } from '../erasure/erased-text.entity.ts';
import { Erasures1764500000000 } from '../migrations/1764500000000-erasures.ts';
import { ArticleSearchEntity } from '../indexing/article-search.entity.ts';
import { UnindexedEntity } from '../indexing/unindexed.entity.ts';
import { CreateStore1764000000000 } from '../migrations/1764000000000-create-store.ts';
import { RelayRound1764100000000 } from '../migrations/1764100000000-relay-round.ts';
import { SearchApart1764200000000 } from '../migrations/1764200000000-search-apart.ts';
import { Clusters1764300000000 } from '../migrations/1764300000000-clusters.ts';
import { Changes1764350000000 } from '../migrations/1764350000000-changes.ts';
import { SearchFilters1764400000000 } from '../migrations/1764400000000-search-filters.ts';
import { BodyAsItIs1764550000000 } from '../migrations/1764550000000-body-as-it-is.ts';
import { SearchIndexInBulk1764560000000 } from '../migrations/1764560000000-search-index-in-bulk.ts';
import { SearchByTime1764600000000 } from '../migrations/1764600000000-search-by-time.ts';
import { ListsByTime1764700000000 } from '../migrations/1764700000000-lists-by-time.ts';
import { briefly, isThere } from '../migrations/online.ts';
import { SearchLabels1764800000000 } from '../migrations/1764800000000-search-labels.ts';
import { OutboxEntity } from '../outbox/outbox.entity.ts';
import { RelayRoundEntity } from '../outbox/relay-round.entity.ts';
import { HourlyCountsEntity } from '../stats/hourly-counts.entity.ts';
import { databaseError, sqlState } from './database-error.ts';

/** How the database is reached. */
export interface DatabaseSettings {
  readonly url: string;
  /** Most connections at once. */
  readonly connections: number;
}

const SCHEMA = 'store';
const MIGRATIONS_TABLE = 'migrations';

/** The steps to today's form of the schema `store`, in their order; a class's name ends in the time that it has. */
export const MIGRATIONS = [
  CreateStore1764000000000,
  RelayRound1764100000000,
  SearchApart1764200000000,
  Clusters1764300000000,
  Changes1764350000000,
  SearchFilters1764400000000,
  Erasures1764500000000,
  BodyAsItIs1764550000000,
  SearchIndexInBulk1764560000000,
  SearchByTime1764600000000,
  ListsByTime1764700000000,
  SearchLabels1764800000000,
] as const;

const CONNECT_TIMEOUT_MS = 5_000;
/** A store that froze in the middle of a transaction loses it, and with it the rows that others wait for. */
const IDLE_IN_TRANSACTION_MS = 60_000;

/**
 * The database of the store, there and in today's form. Any number of stores may do this at once; who finds it so needs no right to change it.
 * @throws KhabarError `database-unavailable`, which the service's start waits for, `database-refused` for a wrong user, password or database name,
 *   and `database-not-prepared` where the schema is to be changed, or is closed to our role, and that role may not change it.
 */
export async function openDatabase(settings: DatabaseSettings): Promise<DataSource> {
  const client = await connectTo(settings.url, { applicationName: 'khabar-store', addressee: 'DATABASE_URL' });
  const dataSource = new DataSource(optionsOf(settings));
  try {
    const isReady = await isOfToday(client, storeSchema, MIGRATIONS);
    await dataSource.initialize();
    if (!isReady) await migrate(dataSource);
    return dataSource;
  } catch (error) {
    if (dataSource.isInitialized) await dataSource.destroy();
    const cause: unknown = error instanceof QueryFailedError ? error.driverError : error;
    throw sqlState(cause) === NOT_ALLOWED ? notPrepared(SCHEMA, cause as Error) : databaseError(error);
  } finally {
    await client.end();
  }
}

/** What the store's database belongs to, for whoever prepares it. */
export const storeSchema: OwnedSchema = {
  name: SCHEMA,
  versionTable: MIGRATIONS_TABLE,
  async migrate(url) {
    await (await openDatabase({ url, connections: 1 })).destroy();
  },
};

async function migrate(dataSource: DataSource): Promise<void> {
  const runner = dataSource.createQueryRunner();
  const executor = new MigrationExecutor(dataSource, runner);
  executor.transaction = 'each';
  try {
    await migrateInTurn(runner, SCHEMA, async () => {
      if (await isThere(runner, 'articles')) return executor.executePendingMigrations();
      // in a new database nobody works yet: all steps are one transaction, which is quicker
      await briefly(runner, async () => {
        const schemas = (await runner.query(`SELECT FROM pg_namespace WHERE nspname = '${SCHEMA}'`)) as unknown[];
        if (schemas.length === 0) await runner.query(`CREATE SCHEMA ${SCHEMA}`);
        await executor.executePendingMigrations();
      });
    });
  } finally {
    await runner.release();
  }
}

/** Whether Postgres answers, for the readiness of the service. */
export function watchDatabase(dataSource: DataSource, health: HealthRegistry): void {
  health.add('postgres', async () => {
    await dataSource.query('SELECT 1');
    return { up: true, detail: 'answers' };
  });
}

function optionsOf({ url, connections }: DatabaseSettings): DataSourceOptions {
  return {
    type: 'postgres',
    url,
    schema: SCHEMA,
    entities: [
      ArticleEntity,
      RevisionEntity,
      EarlierTextEntity,
      RawArticleEntity,
      OutboxEntity,
      RelayRoundEntity,
      UnclusteredEntity,
      ArticleEchoesEntity,
      EchoKeyEntity,
      EchoLinkEntity,
      ArticleSearchEntity,
      UnindexedEntity,
      ErasedArticleEntity,
      ErasedRawArticleEntity,
      ErasedTextEntity,
      ChangeEntity,
      ChangesProgressEntity,
      HourlyCountsEntity,
    ],
    migrations: [...MIGRATIONS],
    migrationsTableName: MIGRATIONS_TABLE,
    synchronize: false,
    logging: false,
    logger: 'debug', // what fails is thrown: TypeORM's own lines of it come where DEBUG asks for them
    applicationName: 'khabar-store',
    installExtensions: false,
    poolSize: connections,
    extra: {
      Client: PatientClient,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      pipeline: true, // statements that do not wait for each other's answers are sent at once
    },
  };
}
