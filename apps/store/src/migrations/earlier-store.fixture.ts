import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { MIGRATIONS } from '../database/open-database.ts';

/** One of the steps of the schema. */
export type Step = (typeof MIGRATIONS)[number];

/** More than a batch. */
const ROWS = 1_200;

/** Brings an empty database to the form that a step came to, and puts articles into it. */
export async function makeEarlierStore(url: string, last: Step): Promise<void> {
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    schema: 'store',
    migrations: MIGRATIONS.slice(0, MIGRATIONS.indexOf(last) + 1),
    migrationsTableName: 'migrations',
    installExtensions: false,
  });
  await dataSource.initialize();
  await dataSource.query('CREATE SCHEMA store');
  await dataSource.runMigrations({ transaction: 'each' });
  const vector = `to_tsvector('simple', 'news of ' || n)`;
  const hasSearch = !(await isThere(dataSource, 'article_search'));
  await dataSource.query(`
    INSERT INTO store.articles (id, revision, last_number, stored_at, first_fetched_at, sort_at, sources, event_id, raw_id, source_id,
      fetched_at, how, parser_version, content_hash, metadata_hash, word_count, warnings, title, body, headings, kind, authors, agencies,
      language, tags, images${hasSearch ? ', search' : ''})
    SELECT gen_random_uuid(), 1, 1, now(), now(), now() - n * interval '1 minute', ARRAY[gen_random_uuid()], gen_random_uuid(),
      gen_random_uuid(), gen_random_uuid(), now(), 'page', 1, sha256(n::text::bytea), '', 3, '{}', 'News', 'News of ' || n, '{}', 'article',
      ARRAY['Author ' || n % 10], '{}', CASE WHEN n % 3 = 0 THEN NULL ELSE 'pt-BR' END, '{}', '[]'${hasSearch ? `, ${vector}` : ''}
    FROM generate_series(1, ${ROWS}) n`);
  if (!hasSearch) {
    await dataSource.query(`
      INSERT INTO store.article_search (article_id, sort_at, vector, position)
      SELECT id, sort_at, to_tsvector('simple', body), 1 FROM store.articles`);
  }
  await dataSource.destroy();
}

/** All that the schema consists of, in words of Postgres. */
export async function formOf(client: Client): Promise<unknown[]> {
  const { rows } = await client.query(`
    SELECT 'column' AS kind, concat_ws(' ', attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull, attstorage, attcompression,
        attstattarget) AS form
      FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
      WHERE relnamespace = 'store'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
    UNION ALL
    SELECT 'index', concat_ws(' ', pg_get_indexdef(indexrelid), indisvalid, indisready)
      FROM pg_index JOIN pg_class c ON c.oid = indrelid WHERE relnamespace = 'store'::regnamespace
    UNION ALL
    SELECT 'function', pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'store'::regnamespace
    ORDER BY kind, form`);
  return rows;
}

async function isThere(dataSource: DataSource, table: string): Promise<boolean> {
  const rows: unknown[] = await dataSource.query(
    `SELECT FROM pg_tables WHERE schemaname = 'store' AND tablename = $1`,
    [table],
  );
  return rows.length > 0;
}
