import { createHash } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '@khabar/testing';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../database/open-database.ts';
import { readArticleQuery } from './article-query.ts';
import { idOf } from './event-factory.fixture.ts';
import { SELECT_REPEATS } from './forget-repeats.ts';
import { listStatement } from './list-statement.ts';
import { LOCK_ARTICLES, LOCK_RAW_ARTICLES, SELECT_FORMS, SELECT_KNOWN_EVENTS, SELECT_MAKERS } from './statements.ts';

const ROWS = 20_000;

/** One of the 20. */
const SOURCE = createHash('md5')
  .update('source 3')
  .digest('hex')
  .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

/** Articles of 30 days, 20 sources and 7 languages, one word in a hundred of them. */
const FILL_ARTICLES = `
  INSERT INTO store.articles (id, revision, last_number, stored_at, first_fetched_at, sort_at, sources, event_id, raw_id, source_id,
    fetched_at, how, parser_version, content_hash, metadata_hash, word_count, warnings, title, body, headings, kind, authors, agencies,
    language, tags, images)
  SELECT gen_random_uuid(), 1, 1, at, at, at, ARRAY[md5('source ' || n % 20)::uuid], md5('event ' || n)::uuid, md5('raw ' || n)::uuid,
    md5('source ' || n % 20)::uuid, at, 'page', 1, sha256(n::text::bytea), sha256('m'), 10, '{}', 'Title ' || n, 'word' || n % 100, '{}',
    'article', '{}', '{}', ('{hi,en,ru,ar,ja,es,pt-BR}'::text[])[1 + n % 7], '{}', '[]'
  FROM generate_series(1, ${ROWS}) AS n, LATERAL (SELECT timestamptz '2026-01-01' + n * interval '2 minutes' AS at)`;

const FILL_OTHERS = [
  `INSERT INTO store.revisions (article_id, number, stored_at, event_id, raw_id, source_id, fetched_at, how, parser_version, content_hash,
    metadata_hash, word_count, warnings)
  SELECT id, 1, stored_at, event_id, raw_id, source_id, fetched_at, how, parser_version, content_hash, metadata_hash, word_count, warnings
  FROM store.articles`,
  `INSERT INTO store.raw_articles (raw_id, article_id, event_id, fetched_at, parser_version)
  SELECT raw_id, id, event_id, fetched_at, 1 FROM store.articles`,
  `INSERT INTO store.article_search (article_id, sort_at, vector, position)
  SELECT id, sort_at, to_tsvector('simple', body), 1 FROM store.articles`,
  'ANALYZE store.articles, store.revisions, store.raw_articles, store.article_search',
];

describe(`the plans over ${ROWS} articles`, () => {
  let database: TestDatabase;
  let store: DataSource;
  let articleIds: string[];

  beforeAll(async () => {
    database = await createTestDatabase();
    store = await openDatabase({ url: database.url, connections: 2 });
    for (const statement of [FILL_ARTICLES, ...FILL_OTHERS]) await store.query(statement);
    const rows: { id: string }[] = await store.query('SELECT id FROM store.articles ORDER BY id LIMIT 20');
    articleIds = rows.map(({ id }) => id);
  });

  afterAll(async () => {
    await store.destroy();
    await database.drop();
  });

  async function planOf(text: string, parameters: readonly unknown[]): Promise<string> {
    const rows: Record<string, string>[] = await store.query(`EXPLAIN ${text}`, [...parameters]);
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  }

  it.each([
    {},
    { language: 'hi' },
    { language: 'pt-BR' },
    { source: SOURCE },
    { rawId: idOf('raw') },
    { q: 'word7' },
    { q: 'word7 -word8', language: 'en' },
    { from: '2026-01-03', to: '2026-01-04' },
    { cursor: Buffer.from(`2026-01-10T00:00:00.000Z ${idOf('article')}`).toString('base64url') },
  ])('read no whole table to list by %o', async (parameters) => {
    const { text, parameters: values } = listStatement(readArticleQuery(parameters));
    expect(await planOf(text, values)).not.toContain('Seq Scan');
  });

  it('walk the newest articles in their order, without sorting them', async () => {
    for (const parameters of [{}, { language: 'hi' }]) {
      const { text, parameters: values } = listStatement(readArticleQuery(parameters));
      expect(await planOf(text, values)).not.toContain('Sort');
    }
  });

  it('read no whole table to look for repeats', async () => {
    const plan = await planOf(SELECT_REPEATS, [articleIds[0], 1_000, '2026-03-01T00:00:00.000Z']);
    expect(plan).not.toContain('Seq Scan');
  });

  it('read no whole table to save a batch', async () => {
    const ids = Array.from({ length: 20 }, (_, n) => idOf(String(n)));
    expect(await planOf(SELECT_KNOWN_EVENTS, [articleIds, ids])).not.toContain('Seq Scan');
    for (const statement of [LOCK_RAW_ARTICLES, LOCK_ARTICLES, SELECT_FORMS, SELECT_MAKERS]) {
      expect(await planOf(statement, [ids])).not.toContain('Seq Scan');
    }
  });
});
