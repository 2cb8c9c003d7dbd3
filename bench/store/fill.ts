import type { DataSource } from 'typeorm';
import { saveArticles } from '../../apps/store/src/articles/save-articles.ts';
import { clusterArticles } from '../../apps/store/src/clusters/cluster-articles.ts';
import { indexArticles } from '../../apps/store/src/indexing/index-articles.ts';
import { Lexicon } from '../../apps/store/src/indexing/lexicon.ts';
import type { BenchRun } from '../bench.ts';
import { ARTICLE_EVERY_MS, corpusEvent } from './corpus.ts';

/** Articles that are saved as the store saves them; the others are copies of their rows. */
export const SAVED_ARTICLES = 10_000;

const BATCH = 500;

/** What is no row of an article: work that waits, what was announced and counted, and the schema's own. */
const NOT_COPIED = [
  'outbox',
  'relay_round',
  'changes',
  'changes_progress',
  'hourly_counts',
  'unindexed',
  'unclustered',
  'migrations',
];

/** 63 bits of a copy's number. */
const COPY_BITS = '((n::numeric * 7046029254386353131) % 9223372036854775807)::bigint';

/** What tells one copy of a row from another; every other column is copied as it is. `n` is the number of the copy. */
const OF_A_COPY: Readonly<Record<string, string>> = {
  ...idColumns('id', 'article_id', 'raw_id', 'event_id', 'cluster_id', 'other_id'),
  ...timeColumns('fetched_at', 'first_fetched_at', 'published_at', 'sort_at', 'stored_at'),
  content_hash: `sha256(content_hash || int4send(n))`,
  // an odd multiple, so that no two copies of one fingerprint share many bits
  fingerprint: `fingerprint # ${COPY_BITS}`,
  // 53 bits, as they are
  key: `key # (${COPY_BITS} >> 10)`,
  keys: `ARRAY(SELECT k # (${COPY_BITS} >> 10) FROM unnest(keys) AS k)`,
  url: `url || '/' || n`,
  canonical_url: `canonical_url || '/' || n`,
};

/**
 * Settings of a Postgres while it is filled, by one who begins anew if it crashes meanwhile, and who has the files flushed before it is
 * started again as it is by default. Statements beside each other, and a sort on two processors, are what 2 cores are good for.
 */
export const FILL_SETTINGS = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  wal_level: 'minimal', // so that making an index writes nothing but the index
  max_wal_senders: '0',
  max_wal_size: '2GB',
  checkpoint_timeout: '1h',
  autovacuum: 'off',
  shared_buffers: '1GB',
  maintenance_work_mem: '1GB',
  max_parallel_maintenance_workers: '1',
} as const;

/** Connections that {@link fillStore} takes of its data source. */
export const FILL_CONNECTIONS = 2;

/** How many articles of the corpus a database was filled with, whatever else was saved there since. */
const SELECT_COPIES = 'SELECT copies FROM first.filled';

/**
 * Has a store's database hold so many articles of the corpus, in whole copies of {@link SAVED_ARTICLES}: the first are saved, indexed and
 * clustered by the store itself, and what it wrote is then copied by the database, each row with ids and times of its own, before the
 * indexes are made. So all tables are as the store would have written them, whatever it writes. May be called again for more.
 */
export async function fillStore(run: BenchRun, store: DataSource, articles: number): Promise<void> {
  const [first] = await store.query<{ name: string | null }[]>(`SELECT to_regclass('first.filled')::text AS name`);
  if (first!.name === null) await saveFirst(run, store);
  const [filled] = await store.query<{ copies: number }[]>(SELECT_COPIES);
  const [from, to] = [filled!.copies, Math.ceil(articles / SAVED_ARTICLES)];
  if (to <= from) return;
  const tables = await copiedTables(store);
  const indexes = await indexesOf(store, tables);
  for (const { drop } of indexes) await store.query(drop);
  await twoAtATime(tables, (table) => copyRows(run, store, table, from, to));
  for (const { create } of indexes) {
    run.log(`  ${create.slice(0, 110)}`);
    await store.query(create);
  }
  run.log('  VACUUM (ANALYZE)');
  await twoAtATime(tables, (table) => store.query(`VACUUM (ANALYZE) store.${table}`));
  await store.query('UPDATE first.filled SET copies = $1', [to]);
}

/** In their order, each as soon as a connection is free: a pool does not let anybody wait for long. */
async function twoAtATime(tables: readonly string[], work: (table: string) => Promise<unknown>): Promise<void> {
  const left = tables.values();
  const connections = Array.from({ length: FILL_CONNECTIONS }, async () => {
    for (const table of left) await work(table);
  });
  await Promise.all(connections);
}

async function saveFirst(run: BenchRun, store: DataSource): Promise<void> {
  const lexicon = new Lexicon();
  for (let at = 0; at < SAVED_ARTICLES; at += BATCH) {
    const events = Array.from({ length: BATCH }, (_, more) => corpusEvent(at + more));
    const now = new Date().toISOString();
    await saveArticles(store, events, now);
    await indexArticles(store, lexicon, BATCH);
    await clusterArticles(store, BATCH, now);
    if ((at + BATCH) % 5_000 === 0) run.log(`  ${at + BATCH} of ${SAVED_ARTICLES} articles saved`);
  }
  await store.query('TRUNCATE store.outbox');
  await store.query('CREATE SCHEMA first');
  for (const table of await copiedTables(store)) {
    await store.query(`CREATE TABLE first.${table} AS SELECT * FROM store.${table}`);
  }
  await store.query('CREATE TABLE first.filled AS SELECT 1 AS copies');
}

/** Tables of the store that have rows of articles, the largest first. */
async function copiedTables(store: DataSource): Promise<string[]> {
  const rows = await store.query<{ name: string }[]>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'store' AND tablename <> ALL($1)
    ORDER BY pg_table_size(format('store.%I', tablename)::regclass) DESC, name`,
    [NOT_COPIED],
  );
  return rows.map(({ name }) => name);
}

/** The copies from one number to before another. */
async function copyRows(run: BenchRun, store: DataSource, table: string, from: number, to: number): Promise<void> {
  const statement = await copyStatement(store, table);
  // the oldest copy first, as articles arrive
  for (let copy = to - 1; copy >= from; copy--) {
    run.signal.throwIfAborted();
    await store.query(statement, [copy]);
    const done = to - copy;
    if (done % 20 === 0 || copy === from) run.log(`  ${table}: ${done} of ${to - from} copies`);
  }
}

/** $1 the number of the copy. */
async function copyStatement(store: DataSource, table: string): Promise<string> {
  const rows = await store.query<{ name: string }[]>(
    `SELECT attname AS name FROM pg_attribute
    WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum`,
    [`store.${table}`],
  );
  const names = rows.map(({ name }) => name);
  return `INSERT INTO store.${table} (${names.join(', ')})
    SELECT ${names.map((name) => OF_A_COPY[name] ?? name).join(', ')}
    FROM (SELECT $1::int AS n) AS copy, first.${table}`;
}

interface Index {
  readonly drop: string;
  readonly create: string;
}

/** The keys and other indexes of some tables. */
async function indexesOf(store: DataSource, tables: readonly string[]): Promise<Index[]> {
  return store.query<Index[]>(
    `SELECT CASE WHEN c.oid IS NULL THEN 'DROP INDEX ' || i.indexrelid::regclass
        ELSE format('ALTER TABLE %s DROP CONSTRAINT %I', i.indrelid::regclass, c.conname) END AS drop,
      CASE WHEN c.oid IS NULL THEN pg_get_indexdef(i.indexrelid)
        ELSE format('ALTER TABLE %s ADD CONSTRAINT %I %s', i.indrelid::regclass, c.conname, pg_get_constraintdef(c.oid)) END AS create
    FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u')
    WHERE i.indrelid = ANY($1::regclass[]) ORDER BY i.indexrelid`,
    [tables.map((table) => `store.${table}`)],
  );
}

function idColumns(...names: string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, `md5(${name}::text || n)::uuid`]));
}

function timeColumns(...names: string[]): Record<string, string> {
  const copyMs = SAVED_ARTICLES * ARTICLE_EVERY_MS;
  return Object.fromEntries(names.map((name) => [name, `${name} - n * interval '${copyMs} milliseconds'`]));
}
