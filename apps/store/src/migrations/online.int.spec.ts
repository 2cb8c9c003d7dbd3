import { type TestDatabase, createTestDatabase, eventually } from '@khabar/testing';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MIGRATIONS, openDatabase } from '../database/open-database.ts';
import { Changes1764350000000 } from './1764350000000-changes.ts';
import { BodyAsItIs1764550000000 } from './1764550000000-body-as-it-is.ts';
import { SearchIndexInBulk1764560000000 } from './1764560000000-search-index-in-bulk.ts';
import { type Step, formOf, makeEarlierStore } from './earlier-store.fixture.ts';
import { exchangeIndex, inBatches } from './online.ts';

/** What a test waits for where it would not go on: that it then fails says who was held up. */
const PATIENCE = 'SET lock_timeout = 20000';

let database: TestDatabase;
let clients: Client[];
beforeEach(async () => {
  database = await createTestDatabase();
  clients = [];
});
afterEach(async () => {
  await Promise.all(clients.map((client) => client.end()));
  await database.drop();
});

async function connect(url = database.url): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(PATIENCE);
  clients.push(client);
  return client;
}

const open = () => openDatabase({ url: database.url, connections: 2 });

/** Somebody who has written one article, and its row of the search index, and does not come to an end. */
async function holdOpen(): Promise<Client> {
  const holder = await connect();
  await holder.query('BEGIN');
  const { rows } = await holder.query<{ id: string }>('SELECT id FROM store.articles ORDER BY id LIMIT 1');
  await holder.query('UPDATE store.articles SET sort_at = now() WHERE id = $1', [rows[0]!.id]);
  await holder.query('UPDATE store.article_search SET sort_at = now() WHERE article_id = $1', [rows[0]!.id]);
  return holder;
}

/** Waits until a statement of the migrations waits for somebody. @returns the process of the server */
async function waiting(watcher: Client, statement: string): Promise<number> {
  let pid = 0;
  await eventually(async () => {
    const { rows } = await watcher.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'khabar-store'
         AND cardinality(pg_blocking_pids(pid)) > 0 AND starts_with(query, $1)`,
      [statement],
    );
    pid = rows[0]?.pid ?? 0;
    return pid !== 0;
  });
  return pid;
}

/** Reads and writes other articles than the first, each in a transaction of its own. */
async function work(client: Client): Promise<void> {
  await client.query(
    `UPDATE store.articles SET sort_at = now() WHERE id = (SELECT id FROM store.articles ORDER BY id OFFSET 1 LIMIT 1)`,
  );
  await client.query(
    `UPDATE store.article_search SET sort_at = now()
     WHERE article_id = (SELECT article_id FROM store.article_search ORDER BY article_id OFFSET 1 LIMIT 1)`,
  );
  await client.query('SELECT id FROM store.articles ORDER BY sort_at DESC LIMIT 20');
}

async function close(opened: Promise<DataSource>): Promise<void> {
  await (await opened).destroy();
}

async function expectFormOfToday(client: Client): Promise<void> {
  await using fresh = await createTestDatabase();
  await close(openDatabase({ url: fresh.url, connections: 1 }));
  const other = await connect(fresh.url);
  expect(await formOf(client)).toEqual(await formOf(other));
  await other.end();
}

describe('migrations of a database with articles in it', () => {
  it('come to the form of a new database from earlier ones, while articles are read and written', async () => {
    const form = await connect();
    // every third: those between are met on the way
    for (const step of MIGRATIONS.slice(0, -1).filter((_, place) => place % 3 === 0)) {
      await form.query('DROP SCHEMA IF EXISTS store CASCADE');
      await makeEarlierStore(database.url, step);
      const writers = [await connect(), await connect()];
      let migrated = false;
      const working = writers.map(async (writer) => {
        for (let turn = 0; !migrated || turn === 0; turn++) {
          await writer.query(
            `UPDATE store.articles SET sort_at = now()
             WHERE id = (SELECT id FROM store.articles, gen_random_uuid() AS any_id WHERE id > any_id ORDER BY id LIMIT 1)`,
          );
          await writer.query('SELECT id FROM store.articles ORDER BY sort_at DESC LIMIT 20');
        }
      });
      await close(open()).finally(() => (migrated = true));
      await Promise.all(working);
      const { rows } = await form.query(
        `SELECT (SELECT count(*) FROM store.articles)::int AS articles, (SELECT count(DISTINCT article_id) FROM (
           SELECT article_id FROM store.unindexed UNION SELECT article_id FROM store.article_search) x)::int AS searched`,
      );
      expect(rows, step.name).toEqual([{ articles: 1_200, searched: 1_200 }]);
    }
    const { rows } = await form.query<{ count: number }>('SELECT count(*)::int AS count FROM store.migrations');
    expect(rows[0]!.count).toBe(MIGRATIONS.length);
    await expectFormOfToday(form);
  });

  it.each<[step: Step, waits: string]>([
    [BodyAsItIs1764550000000, 'ALTER INDEX store.article_search_vector'],
    [Changes1764350000000, 'CREATE INDEX CONCURRENTLY articles_newest_by_kind'],
    [SearchIndexInBulk1764560000000, 'CREATE INDEX CONCURRENTLY article_search_vector_next'],
  ])('hold up nobody while they wait for somebody: after %o, %s', async (step, waits) => {
    await makeEarlierStore(database.url, step);
    const [other, holder] = [await connect(), await holdOpen()];
    let done = false;
    const opening = open().finally(() => (done = true));
    await waiting(other, waits);
    await work(other);
    await work(other);
    expect(done).toBe(false);
    await holder.query('COMMIT');
    await close(opening);
    await expectFormOfToday(other);
  });

  it('go on after they were killed while an index was made', async () => {
    await makeEarlierStore(database.url, SearchIndexInBulk1764560000000);
    const [other, holder] = [await connect(), await holdOpen()];
    const opening = open();
    const failing = expect(opening).rejects.toMatchObject({ code: 'database-unavailable' });
    const pid = await waiting(other, 'CREATE INDEX CONCURRENTLY');
    await other.query('SELECT pg_terminate_backend($1)', [pid]);
    await failing;
    const { rows } = await other.query('SELECT indexrelid::regclass::text AS left FROM pg_index WHERE NOT indisvalid');
    expect(rows).toEqual([{ left: 'store.article_search_vector_next' }]);
    await holder.query('COMMIT');
    await close(open());
    await expectFormOfToday(other);
  });

  it('are run once by stores that start together', async () => {
    await makeEarlierStore(database.url, Changes1764350000000);
    const stores = await Promise.all([1, 2, 3].map(open));
    const done: unknown[] = await stores[0]!.query('SELECT FROM store.migrations');
    expect(done).toHaveLength(MIGRATIONS.length);
    await Promise.all(stores.map((store) => store.destroy()));
    await expectFormOfToday(await connect());
  });
});

describe('a step of a migration', () => {
  let dataSource: DataSource;
  beforeEach(async () => {
    dataSource = await open();
    await dataSource.query(`
      CREATE TABLE store.words (id uuid PRIMARY KEY, word text);
      INSERT INTO store.words SELECT gen_random_uuid() FROM generate_series(1, 2500);
      CREATE INDEX words_found ON store.words (id)`);
  });
  afterEach(() => dataSource.destroy());

  const indexes = () =>
    dataSource.query(
      `SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) LIKE '%(word)' AS new, indisvalid AS whole
       FROM pg_index WHERE indrelid = 'store.words'::regclass AND NOT indisprimary`,
    );

  it('that exchanges an index goes on wherever it was cut short', async () => {
    const cuts = {
      'before anything is done': 'SELECT',
      'with half an index': `CREATE INDEX words_found_next ON store.words (word);
        UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'store.words_found_next'::regclass`,
      'with both indexes': 'CREATE INDEX words_found_next ON store.words (word)',
      'with the names exchanged': `ALTER INDEX store.words_found RENAME TO words_found_before;
        CREATE INDEX words_found ON store.words (word)`,
      'when all was done': 'DROP INDEX store.words_found; CREATE INDEX words_found ON store.words (word)',
    };
    for (const [cut, left] of Object.entries(cuts)) {
      await dataSource.query('DROP INDEX store.words_found; CREATE INDEX words_found ON store.words (id)');
      await dataSource.query(left);
      const runner = dataSource.createQueryRunner();
      await exchangeIndex(runner, 'words_found', 'ON store.words (word)');
      await runner.release();
      expect(await indexes(), cut).toEqual([{ name: 'store.words_found', new: true, whole: true }]);
    }
  });

  it('that changes many rows holds none of them while it waits for one', async () => {
    const [holder, other] = [await connect(), await connect()];
    const { rows } = await other.query<{ id: string }>('SELECT id FROM store.words ORDER BY id');
    await holder.query('BEGIN');
    await holder.query(`UPDATE store.words SET word = 'held' WHERE id = $1`, [rows[1_500]!.id]);
    const runner = dataSource.createQueryRunner();
    const changing = inBatches(
      runner,
      `WITH batch AS (SELECT id FROM store.words WHERE id > $1 ORDER BY id LIMIT $2 FOR NO KEY UPDATE),
         changed AS (UPDATE store.words w SET word = coalesce(word, 'new') FROM batch WHERE w.id = batch.id)
       SELECT id AS last FROM batch ORDER BY id DESC LIMIT 1`,
    );
    await waiting(other, 'WITH batch');
    // the first batch is committed, and the second lets go of the row
    await other.query(`UPDATE store.words SET word = 'other' WHERE id = $1`, [rows[1_400]!.id]);
    const count = (word: string) => other.query(`SELECT count(*)::int FROM store.words WHERE word = '${word}'`);
    expect((await count('new')).rows).toEqual([{ count: 1_000 }]);
    await holder.query('COMMIT');
    await changing;
    await runner.release();
    expect((await count('new')).rows).toEqual([{ count: 2_498 }]);
  });
});
