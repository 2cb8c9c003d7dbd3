import type { DataSource } from 'typeorm';
import { saveArticles } from '../../apps/store/src/articles/save-articles.ts';
import { indexArticles } from '../../apps/store/src/indexing/index-articles.ts';
import { Lexicon } from '../../apps/store/src/indexing/lexicon.ts';
import type { BenchRun } from '../bench.ts';
import { ARTICLE_EVERY_MS, corpusEvent } from './corpus.ts';

/** Articles that are saved as the store saves them; the others are copies of their rows. */
export const SAVED_ARTICLES = 10_000;

const BATCH = 500;
const COPIES_AT_ONCE = 10;

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
 * Has an empty store's database hold so many articles of the corpus, in whole copies of {@link SAVED_ARTICLES}: the first are saved by
 * the store itself, and what it wrote is then copied by the database, each row with ids and times of its own, before the indexes are
 * made. So all tables are as the store would have written them, whatever it writes. May be called again for more.
 * `catchUp` has the store do what it does after a save beside indexing it.
 */
export async function fillStore(
  run: BenchRun,
  store: DataSource,
  articles: number,
  catchUp: () => Promise<void>,
): Promise<void> {
  if ((await filled(store)) === 0) await saveFirst(run, store, catchUp);
  const tables = await copiedTables(store);
  const indexes = await indexesOf(store, tables);
  for (const { drop } of indexes) await store.query(drop);
  for (let copy = (await filled(store)) / SAVED_ARTICLES; copy * SAVED_ARTICLES < articles; copy += COPIES_AT_ONCE) {
    const last = Math.min(copy + COPIES_AT_ONCE, Math.ceil(articles / SAVED_ARTICLES)) - 1;
    for (const table of tables) await store.query(await copyStatement(store, table), [copy, last]);
    run.log(`  ${(last + 1) * SAVED_ARTICLES} of ${articles} articles`);
  }
  for (const { create } of indexes) {
    run.log(`  ${create.slice(0, 100)}`);
    await store.transaction(async (manager) => {
      await manager.query(`SET LOCAL maintenance_work_mem = '1GB'`);
      await manager.query(create);
    });
  }
  await store.query(`VACUUM (ANALYZE) ${tables.map((table) => `store.${table}`).join(', ')}`);
}

async function filled(store: DataSource): Promise<number> {
  const [row] = await store.query<{ count: number }[]>('SELECT count(*)::int AS count FROM store.articles');
  return row!.count;
}

async function saveFirst(run: BenchRun, store: DataSource, catchUp: () => Promise<void>): Promise<void> {
  const lexicon = new Lexicon();
  for (let at = 0; at < SAVED_ARTICLES; at += BATCH) {
    const events = Array.from({ length: BATCH }, (_, more) => corpusEvent(at + more));
    await saveArticles(store, events, new Date().toISOString());
    await indexArticles(store, lexicon, BATCH);
    if ((at + BATCH) % 5_000 === 0) run.log(`  ${at + BATCH} of ${SAVED_ARTICLES} articles saved`);
  }
  await catchUp();
  await store.query('TRUNCATE store.outbox');
  await store.query('CREATE SCHEMA first');
  for (const table of await copiedTables(store)) {
    await store.query(`CREATE TABLE first.${table} AS SELECT * FROM store.${table}`);
  }
}

/** Tables of the store that have rows of articles. */
async function copiedTables(store: DataSource): Promise<string[]> {
  const rows = await store.query<{ name: string }[]>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'store' AND tablename <> ALL($1) ORDER BY name`,
    [NOT_COPIED],
  );
  return rows.map(({ name }) => name);
}

/** $1 and $2 the first and the last copy. */
async function copyStatement(store: DataSource, table: string): Promise<string> {
  const rows = await store.query<{ name: string }[]>(
    `SELECT attname AS name FROM pg_attribute
    WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum`,
    [`store.${table}`],
  );
  const names = rows.map(({ name }) => name);
  // the oldest copy first, as articles arrive
  return `INSERT INTO store.${table} (${names.join(', ')})
    SELECT ${names.map((name) => OF_A_COPY[name] ?? name).join(', ')}
    FROM generate_series($2::int, $1::int, -1) AS n, first.${table}`;
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
