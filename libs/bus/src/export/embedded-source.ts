import { KhabarError, type TopicDefinition } from '@khabar/contracts';
import type { Client, Pool } from 'pg';
import type { StoredRecord } from '../log-state.ts';
import { type DatabaseSettings, newClient, openPool, rowsOf } from '../embedded/database.ts';
import { databaseError } from '../embedded/database-error.ts';
import { Log, type LogTopic, type PartitionBounds } from '../embedded/log.ts';
import { migrate } from '../embedded/migrate.ts';

/** Largest page of one partition; with what Kafka adds it stays well below the 1 MiB that topics allow by default. */
const PAGE_RECORDS = 1_000;
const PAGE_BYTES = 512 * 1024;
/** How long somebody's transaction that is just ending may hold us up. */
const LOCK_TIMEOUT = '3s';

/** A topic of the embedded log that is to be exported. */
export interface SourceTopic {
  readonly log: LogTopic;
  readonly definition: TopicDefinition;
  readonly bounds: readonly PartitionBounds[];
  /** Of each group that has committed in this topic, the next offset of each partition. */
  readonly groups: ReadonlyMap<string, ReadonlyMap<number, bigint>>;
}

/** The embedded log, read for an export; while it is open nothing can be appended, pruned or committed. */
export class EmbeddedSource implements AsyncDisposable {
  readonly #pool: Pool;
  readonly #holder: Client;
  readonly #log: Log;

  /**
   * Opens the log and holds it still.
   * @param services names under which services appear in Postgres
   * @throws KhabarError `no-log` where there is none, `log-in-use` while anybody works with it, or of the database
   */
  static async open(databaseUrl: string, clientId: string, services: readonly string[]): Promise<EmbeddedSource> {
    const database: DatabaseSettings = { databaseUrl, clientId, maxConnections: 2 };
    const holder = newClient(database);
    holder.on('error', () => undefined); // the statement that needs it, or the last look, hears of it
    const source = new EmbeddedSource(openPool(database), holder);
    try {
      await source.#open(services);
      return source;
    } catch (error) {
      await source[Symbol.asyncDispose]();
      throw databaseError(error);
    }
  }

  private constructor(pool: Pool, holder: Client) {
    this.#pool = pool;
    this.#holder = holder;
    this.#log = new Log(pool);
  }

  async #open(services: readonly string[]): Promise<void> {
    await this.#holder.connect();
    const [row] = await rowsOf<[boolean]>(this.#holder, { text: `select to_regclass('bus.schema_version') is null` });
    if (row![0])
      throw new KhabarError('no-log', 'There is no embedded log in this database: nothing is to be exported');
    await migrate(this.#pool);
    await this.#refuseWhileInUse(services);
    await this.#holder.query(`begin; set local lock_timeout = '${LOCK_TIMEOUT}'`);
    // every append and every deletion changes the one table, every commit and every new member the other
    await this.#holder.query('lock table bus.partition, bus.group_offset in share mode');
    await this.#refuseWhileInUse(services);
  }

  async #refuseWhileInUse(services: readonly string[]): Promise<void> {
    const users = await rowsOf<[string]>(this.#pool, {
      text: `
        select 'a member of ' || group_name from bus.live_member
        union
        select 'the ' || application_name from pg_stat_activity
         where datname = current_database() and application_name = any ($1)`,
      values: [services],
    });
    if (users.length === 0) return;
    const who = users.map(([name]) => name).join(', ');
    throw new KhabarError('log-in-use', `The embedded log is in use (${who}): stop all services first`);
  }

  /** Every topic as it is. */
  async topics(): Promise<SourceTopic[]> {
    const rows = await rowsOf<[string, string, number]>(this.#pool, {
      text: 'select name, retention_ms, max_message_bytes from bus.topic order by name',
    });
    const topics: SourceTopic[] = [];
    for (const [name, retentionMs, maxMessageBytes] of rows) {
      const log = await this.#log.topic(name);
      const { partitions } = log;
      const definition = { name, event: null, key: '', partitions, retentionMs: Number(retentionMs), maxMessageBytes };
      const [bounds, groups] = [await this.#log.bounds(log), await this.#groups(log)];
      topics.push({ log, definition, bounds, groups });
    }
    return topics;
  }

  async #groups({ id }: LogTopic): Promise<Map<string, Map<number, bigint>>> {
    const rows = await rowsOf<[string, number, string]>(this.#pool, {
      text: 'select group_name, partition, next_offset from bus.group_offset where topic_id = $1 order by group_name',
      values: [id],
    });
    return new Map(
      [...Map.groupBy(rows, ([group]) => group)].map(([group, ofGroup]) => [
        group,
        new Map(ofGroup.map(([, partition, next]) => [partition, BigInt(next)])),
      ]),
    );
  }

  /** The number of the last batch of each publisher that has published one. */
  async publishers(): Promise<Map<string, bigint>> {
    const rows = await rowsOf<[string, string]>(this.#pool, {
      text: 'select name, last_number from bus.publisher where last_number is not null order by name',
    });
    return new Map(rows.map(([name, last]) => [name, BigInt(last)]));
  }

  /** The next records of a partition, one at least where there is one. */
  page(topic: LogTopic, partition: number, from: bigint): Promise<StoredRecord[]> {
    return this.#log.page(topic, partition, from, PAGE_RECORDS, PAGE_BYTES);
  }

  /** Makes sure that the log is still held: had the connection been lost, somebody could have written. @throws KhabarError of the database */
  async assertHeld(): Promise<void> {
    await rowsOf(this.#holder, { text: 'select 1' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#holder.end().catch(() => undefined);
    await this.#pool.end();
  }
}
