import { createHash } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '@khabar/testing';
import type { ClientBase, QueryConfig } from 'pg';
import { AbstractLogger, type DataSource, type EntityManager } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../database/open-database.ts';
import { type QueryParameters, readArticleQuery } from './article-query.ts';
import { indexArticles } from '../indexing/index-articles.ts';
import { Lexicon } from '../indexing/lexicon.ts';
import { idOf } from './event-factory.fixture.ts';
import { SELECT_NEXT } from '../retention/expire-articles.ts';
import { SELECT_REPEATS } from './forget-repeats.ts';
import { allPlacesStatement, askedSearch, findArticles } from './find-articles.ts';
import { isListedBySlices, listBySlices } from './list-articles.ts';
import { listStatement, type Statement } from './list-statement.ts';
import {
  FIND_BY_INDEX,
  LOCK_ARTICLES,
  LOCK_RAW_ARTICLES,
  SELECT_FORMS,
  SELECT_KNOWN_EVENTS,
  SELECT_MAKERS,
} from './statements.ts';

const ROWS = 100_000;

/** One of the 20. */
const SOURCE = createHash('md5')
  .update('source 3')
  .digest('hex')
  .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

/** Articles of 139 days, 20 sources and 7 languages: each with a word of a hundred, an author of a thousand, a tag of two hundred; half have a frequent word, two a rare one. */
const FILL_ARTICLES = `
  INSERT INTO store.articles (id, revision, last_number, stored_at, first_fetched_at, sort_at, sources, event_id, raw_id, source_id,
    fetched_at, how, parser_version, content_hash, metadata_hash, word_count, warnings, title, body, headings, kind, authors, agencies,
    language, tags, images)
  SELECT gen_random_uuid(), 1, 1, at, at, at, ARRAY[md5('source ' || n % 20)::uuid], md5('event ' || n)::uuid, md5('raw ' || n)::uuid,
    md5('source ' || n % 20)::uuid, at, 'page', 1, sha256(n::text::bytea), sha256('m'), 10, '{}', 'Title ' || n,
    'word' || n % 100 || CASE n % 2 WHEN 0 THEN ' often' ELSE '' END || CASE n % 50000 WHEN 49 THEN ' seldom' ELSE '' END, '{}', CASE n % 50 WHEN 0 THEN 'video' ELSE 'article' END,
    ARRAY['author ' || n % 1000], '{}', ('{hi,en,ru,ar,ja,es,pt-BR}'::text[])[1 + n % 7], ARRAY['tag ' || n % 200], '[]'
  FROM generate_series(1, ${ROWS}) AS n, LATERAL (SELECT timestamptz '2026-01-01' + n * interval '2 minutes' AS at)`;

const FILL_OTHERS = [
  `INSERT INTO store.revisions (article_id, number, stored_at, event_id, raw_id, source_id, fetched_at, how, parser_version, content_hash,
    metadata_hash, word_count, warnings)
  SELECT id, 1, stored_at, event_id, raw_id, source_id, fetched_at, how, parser_version, content_hash, metadata_hash, word_count, warnings
  FROM store.articles`,
  `INSERT INTO store.raw_articles (raw_id, article_id, event_id, fetched_at, parser_version)
  SELECT raw_id, id, event_id, fetched_at, 1 FROM store.articles`,
  `INSERT INTO store.article_search (article_id, sort_at, labels, vector, position)
  SELECT id, sort_at, ARRAY(SELECT ('x' || encode(substr(sha256(convert_to(label, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint
      FROM unnest(ARRAY['s:' || sources[1], 'a:' || authors[1], 't:' || tags[1], 'k:' || kind, 'l:' || split_part(language, '-', 1),
        'l:' || lower(language)]) AS label),
    to_tsvector('simple', body), 1 FROM store.articles`,
  'INSERT INTO store.unindexed (article_id) SELECT id FROM store.articles',
  'ANALYZE store.articles, store.revisions, store.raw_articles, store.article_search, store.unindexed',
];

interface PlaceRow {
  readonly id: string;
  readonly sort_at: Date;
}

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

  /** Of a statement that is kept, the one for all parameters. */
  async function planOf(statement: Statement, manager: EntityManager = store.manager): Promise<string> {
    const { text, parameters, name } = statement;
    const rows: Record<string, string>[] = await (name === undefined
      ? manager.query(`EXPLAIN ${text}`, [...parameters])
      : manager.query(`EXPLAIN (GENERIC_PLAN) ${text}`));
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  }

  /** Of all statements of a list or a search, in their order. */
  async function plansOf(parameters: QueryParameters): Promise<string[]> {
    const query = readArticleQuery(parameters);
    if (query.q === null && !isListedBySlices(query)) return [await planOf(listStatement(query))];
    return store.transaction(async (manager) => {
      await manager.query(FIND_BY_INDEX);
      const search = query.q === null ? null : await askedSearch(manager, query.q, query.language);
      const plans: string[] = [];
      const connection = (await manager.queryRunner!.connect()) as ClientBase;
      const explain = async ({ text, values, name }: QueryConfig) => {
        const statement = { text, parameters: values ?? [], ...(name !== undefined && { name }) };
        plans.push(await planOf(statement, manager));
        return connection.query({ ...statement, values: values ?? [] });
      };
      const explained = Object.create(manager, {
        query: { value: async (text: string, values: unknown[]) => (await explain({ text, values })).rows },
        queryRunner: { value: { connect: async () => ({ query: explain }) } },
      }) as EntityManager;
      if (search === null) {
        await listBySlices(explained, query);
      } else {
        await findArticles(explained, query, search);
        plans.push(await planOf(allPlacesStatement(query, search), manager));
      }
      return plans;
    });
  }

  /** Of what looks for words: not of what ranks what was found. */
  async function searchesOf(parameters: QueryParameters): Promise<string[]> {
    return (await plansOf(parameters)).slice(1, -1).filter((plan) => !plan.includes('CTE ranked'));
  }

  it.each([
    {},
    { language: 'hi' },
    { language: 'pt-BR' },
    { source: SOURCE },
    { author: 'author 7' },
    { tag: 'tag 7' },
    { tag: 'tag 7', author: 'author 7', source: SOURCE },
    { tag: 'tag 7', rawId: idOf('raw') },
    { tag: 'tag 7', cluster: idOf('cluster') },
    { kind: 'video' },
    { kind: 'article' },
    { cluster: idOf('cluster') },
    { rawId: idOf('raw') },
    { q: 'word7' },
    { q: 'word7 -word8', language: 'en' },
    { q: '"often word7"' },
    { q: 'wor*' },
    { q: '-word8' },
    { q: 'word7', tag: 'tag 7' },
    { q: 'word7', tag: 'tag 7', cluster: idOf('cluster') },
    { q: 'word7', rawId: idOf('raw') },
    { q: 'seldom' },
    { q: 'word7', sort: 'relevance' },
    { q: 'often', sort: 'relevance', language: 'hi' },
    { from: '2026-01-03', to: '2026-01-04' },
    { cursor: Buffer.from(`2026-01-10T00:00:00.000Z ${idOf('article')}`).toString('base64url') },
  ])('read no whole table to list by %o', async (parameters) => {
    expect((await plansOf(parameters)).join('\n')).not.toContain('Seq Scan');
  });

  it.each([{}, { language: 'hi' }, { kind: 'article' }, { kind: 'video' }])(
    'walk the newest articles in their order, without sorting them, by %o',
    async (parameters) => {
      expect((await plansOf(parameters)).join('\n')).not.toContain('Sort');
    },
  );

  it.each([
    { source: SOURCE },
    { source: SOURCE, language: 'hi' },
    { source: SOURCE, language: 'pt-BR', from: '2026-01-02', to: '2026-05-01' },
    { tag: 'tag 7' },
    { author: 'author 7', kind: 'article' },
    { tag: 'tag 7', author: 'author 7', source: SOURCE },
    {
      tag: 'tag 40',
      kind: 'video',
      cursor: Buffer.from(`2026-01-10T00:00:00.000Z ${idOf('article')}`).toString('base64url'),
    },
  ])('look up by one index what fits all filters of %o, from the newest on', async (parameters) => {
    const [newest, ...slices] = await plansOf(parameters);
    expect(newest).toContain('Index Only Scan using articles_newest ');
    expect(slices[0]).toMatch(/Index Cond: .*ARRAY.*&&/);
    for (const plan of slices) {
      expect(plan.match(/Scan (on|using) articles\w*/g)).toEqual(['Scan on articles', 'Scan on articles_filters']);
    }
  });

  it('look among the newest articles alone for what is frequent', async () => {
    expect(await plansOf({ source: SOURCE })).toHaveLength(2); // the newest, and one slice
    expect(await plansOf({ tag: 'tag 7', limit: '100' })).toHaveLength(3);
  });

  it.each([
    { source: SOURCE, language: 'hi' },
    { tag: 'tag 7', from: '2026-01-02T03:04:05Z', to: '2026-05-01' },
    { author: 'author 7', tag: 'tag 7', source: idOf('source') },
  ])('find page by page what fits %o, each article once, over all stretches of time', async (parameters) => {
    const listed = listStatement({ ...readArticleQuery(parameters), limit: ROWS });
    const all: PlaceRow[] = await store.query(`SELECT id, sort_at FROM (${listed.text}) AS listed`, [
      ...listed.parameters,
    ]);
    const found: PlaceRow[] = [];
    for (let last: PlaceRow | undefined, isMore = true; isMore; last = found.at(-1)) {
      const after = last === undefined ? null : { sortAt: last.sort_at.toISOString(), id: last.id };
      const query = { ...readArticleQuery(parameters), limit: 150, after };
      const rows = await store.transaction(async (manager) => {
        await manager.query(FIND_BY_INDEX);
        return listBySlices(manager, query);
      });
      found.push(...rows.slice(0, query.limit));
      isMore = rows.length > query.limit;
    }
    expect(found.map(({ id }) => id)).toEqual(all.map(({ id }) => id));
  });

  it('look frequent words up once, among the newest articles', async () => {
    for (const more of [{}, { language: 'hi' }, { kind: 'article' }, { sort: 'relevance', limit: '5' }]) {
      const plans = await searchesOf({ q: 'often', ...more });
      expect(plans.filter((plan) => plan.includes('Bitmap Index Scan on article_search_vector'))).toHaveLength(1);
      expect(plans[0]).toMatch(/Index Cond: .*ARRAY.*&&.*vector @@/);
    }
  });

  it('look rare words up further and further back, and at last in all that is left', async () => {
    for (const more of [{}, { language: 'hi' }, { tag: 'tag 7' }, { sort: 'relevance' }]) {
      const plans = await searchesOf({ q: 'seldom', ...more });
      expect(plans.length).toBeGreaterThan(1);
      for (const plan of plans) expect(plan).toContain('Bitmap Index Scan on article_search_vector');
      expect(plans.at(-1)).not.toContain('&&');
    }
  });

  it.each([{ author: 'author 7' }, { tag: 'tag 7', source: SOURCE, kind: 'article' }, { language: 'pt-BR' }])(
    'look words and %o up by one index, and read no article for it',
    async (filters) => {
      const plans = await searchesOf({ q: 'often', ...filters });
      for (const plan of plans) {
        expect(plan).toMatch(/Index Cond: .*vector @@.*labels @>/);
        expect(plan.match(/Scan (on|using) \w+/g)).toEqual([
          'Scan on article_search',
          'Scan on article_search_vector',
          'Scan on found',
        ]);
      }
    },
  );

  it('read the few articles of a cluster, and their words', async () => {
    const query = readArticleQuery({ q: 'often', cluster: idOf('cluster') });
    const search = await store.transaction((manager) => askedSearch(manager, 'often', null));
    const plan = await planOf(allPlacesStatement(query, search!));
    expect(plan).toContain('articles_cluster');
    expect(plan).toContain('Index Scan using article_search_pkey');
  });

  it('read no whole table to look for repeats', async () => {
    const plan = await planOf({ text: SELECT_REPEATS, parameters: [articleIds[0], 1_000, '2026-03-01T00:00:00.000Z'] });
    expect(plan).not.toContain('Seq Scan');
  });

  it('read no whole table to look for what is not kept any longer', async () => {
    const parameters = ['2026-03-01T00:00:00.000Z', [], [], articleIds[0], 1_000];
    expect(await planOf({ text: SELECT_NEXT, parameters })).not.toContain('Seq Scan');
  });

  it('read no whole table to index what waits', async () => {
    const asked = await recorded(store, () => indexArticles(store, new Lexicon(), 200));
    const statements = asked.filter(({ text }) => /^\s*(SELECT|INSERT|DELETE)\b[^]*\bstore\./.test(text));
    expect(statements).toHaveLength(4); // takes places, reads articles, writes vectors, gives the places up
    for (const statement of statements) expect(await planOf(statement)).not.toContain('Seq Scan');
  });

  it('read no whole table to save a batch', async () => {
    const ids = Array.from({ length: 20 }, (_, n) => idOf(String(n)));
    expect(await planOf({ text: SELECT_KNOWN_EVENTS, parameters: [articleIds, ids] })).not.toContain('Seq Scan');
    for (const statement of [LOCK_RAW_ARTICLES, LOCK_ARTICLES, SELECT_FORMS, SELECT_MAKERS]) {
      expect(await planOf({ text: statement, parameters: [ids] })).not.toContain('Seq Scan');
    }
  });
});

/** The statements that something sends to the database. */
async function recorded(store: DataSource, work: () => Promise<unknown>): Promise<Statement[]> {
  const statements: Statement[] = [];
  const logger = store.logger;
  store.logger = new (class extends AbstractLogger {
    override logQuery(text: string, parameters: unknown[] = []): void {
      statements.push({ text, parameters });
    }
    protected override writeLog(): void {}
  })();
  try {
    await work();
  } finally {
    store.logger = logger;
  }
  return statements;
}
