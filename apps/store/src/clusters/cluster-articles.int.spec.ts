import type { Article } from '@khabar/contracts';
import { createTestDatabase, type TestDatabase } from '@khabar/testing';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ArticleParts, idOf, makeArticleEvent } from '../articles/event-factory.fixture.ts';
import { saveArticles } from '../articles/save-articles.ts';
import { openDatabase } from '../database/open-database.ts';
import { clusterArticles } from './cluster-articles.ts';
import { body } from './texts.fixture.ts';

const NOW = '2026-03-14T10:00:00.000Z';
const TABLES = ['articles', 'revisions', 'earlier_texts', 'raw_articles', 'outbox'];
const OURS = ['unclustered', 'article_echoes', 'echo_keys', 'echo_links'];

describe('looking for echoes', () => {
  let database: TestDatabase;
  let store: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase();
    store = await openDatabase({ url: database.url, connections: 3 });
  });

  beforeEach(async () => {
    for (const table of [...TABLES, ...OURS]) await store.query(`DELETE FROM store.${table}`);
  });

  afterAll(async () => {
    await store.destroy();
    await database.drop();
  });

  /** Ids in the order of these names are in the order of ids. */
  const [first, second, third, fourth] = ['a', 'b', 'c', 'd'].map(idOf).sort() as [string, string, string, string];

  async function save(id: string, text: string, parts: ArticleParts = {}): Promise<void> {
    const event = makeArticleEvent({ id, rawId: id, title: `Title ${id}`, body: text, ...parts });
    await saveArticles(store, [event], NOW);
  }

  async function cluster(limit = 100): Promise<void> {
    while ((await clusterArticles(store, limit, NOW)).count > 0);
  }

  async function clusters(): Promise<Record<string, string | null>> {
    const rows: { id: string; cluster_id: string | null }[] = await store.query(
      'SELECT id, cluster_id FROM store.articles ORDER BY id',
    );
    return Object.fromEntries(rows.map(({ id, cluster_id }) => [id, cluster_id]));
  }

  async function announced(): Promise<unknown[]> {
    return store.query('SELECT article_id, kind, revision, cluster_id FROM store.outbox ORDER BY position');
  }

  it('puts articles with the same text into one cluster, named by the smaller id', async () => {
    await save(second, body(1, 2, 3));
    await save(first, body(1, 2, 3));
    await save(third, body(4, 5, 6));
    await cluster();
    expect(await clusters()).toEqual({ [first]: first, [second]: first, [third]: null });
  });

  it('finds a text that was cut to a third, one with a lead of its own, and one in another order', async () => {
    await save(first, body(1, 2, 3, 4, 5, 6));
    await save(second, body(1, 2));
    await save(third, body(7, 3, 4, 5));
    await save(fourth, body(6, 5, 4, 3, 2, 1));
    await cluster();
    expect(await clusters()).toEqual({ [first]: first, [second]: first, [third]: first, [fourth]: first });
  });

  it('keeps texts apart that share a paragraph', async () => {
    await save(first, body(1, 2, 3, 4));
    await save(second, body(1, 5, 6, 7));
    await cluster();
    expect(await clusters()).toEqual({ [first]: null, [second]: null });
  });

  it('keeps texts apart that are too short to tell one from another', async () => {
    await save(first, 'Please subscribe to read on.');
    await save(second, 'Please subscribe to read on.');
    await cluster();
    expect(await clusters()).toEqual({ [first]: null, [second]: null });
  });

  it('announces who entered a cluster, with a number of its own, after what it announced before', async () => {
    await save(second, body(1, 2, 3));
    await save(third, body(1, 2, 3));
    await cluster();
    await save(first, body(1, 2, 3));
    await cluster();
    expect(await announced()).toEqual([
      { article_id: second, kind: 'created', revision: 1, cluster_id: null },
      { article_id: third, kind: 'created', revision: 1, cluster_id: null },
      { article_id: second, kind: 'clustered', revision: 2, cluster_id: second },
      { article_id: third, kind: 'clustered', revision: 2, cluster_id: second },
      { article_id: first, kind: 'created', revision: 1, cluster_id: null },
      { article_id: first, kind: 'clustered', revision: 2, cluster_id: first },
      { article_id: second, kind: 'clustered', revision: 3, cluster_id: first },
      { article_id: third, kind: 'clustered', revision: 3, cluster_id: first },
    ]);
  });

  it('tells the cluster with every later change of an article', async () => {
    await save(first, body(1, 2, 3));
    await save(second, body(1, 2, 3));
    await cluster();
    await save(second, body(1, 2, 3), { title: 'Another headline', fetchedAt: '2026-03-14T09:45:00.000Z' });
    expect((await announced()).at(-1)).toEqual({
      article_id: second,
      kind: 'revised',
      revision: 3,
      cluster_id: first,
    });
  });

  it('joins two clusters when a text comes that is an echo of both', async () => {
    await save(first, body(1, 2, 3));
    await save(second, body(4, 5, 6));
    await cluster();
    await save(third, body(1, 2, 3, 4, 5, 6));
    await cluster();
    expect(await clusters()).toEqual({ [first]: first, [second]: first, [third]: first });
  });

  it('lets an article go whose text is another one now, and parts what it alone held together', async () => {
    await save(first, body(1, 2, 3));
    await save(second, body(4, 5, 6));
    await save(third, body(1, 2, 3, 4, 5, 6));
    await save(fourth, body(4, 5, 6));
    await cluster();
    await save(third, body(7, 8, 9), { fetchedAt: '2026-03-14T09:45:00.000Z' });
    await cluster();
    expect(await clusters()).toEqual({ [first]: null, [second]: second, [third]: null, [fourth]: second });
    expect((await announced()).slice(-4)).toEqual([
      { article_id: first, kind: 'clustered', revision: 3, cluster_id: null },
      { article_id: second, kind: 'clustered', revision: 3, cluster_id: second },
      { article_id: third, kind: 'clustered', revision: 4, cluster_id: null },
      { article_id: fourth, kind: 'clustered', revision: 3, cluster_id: second },
    ]);
  });

  it('keeps an article whose page is gone, and lets one go that is known as another', async () => {
    const gone: Partial<Article> = { gone: true, fetchedAt: '2026-03-14T09:45:00.000Z' };
    await save(first, body(1, 2, 3));
    await save(second, body(1, 2, 3));
    await save(third, body(1, 2, 3));
    await cluster();
    await save(first, '', gone);
    await save(fourth, body(1, 2, 3), { rawId: second, fetchedAt: '2026-03-14T09:45:00.000Z' });
    await cluster();
    expect(await clusters()).toEqual({ [first]: first, [second]: null, [third]: first, [fourth]: first });
  });

  it('holds a cluster together that is larger than the reach of comparison', async () => {
    const ids = Array.from({ length: 40 }, (_, n) => idOf(`copy ${n}`));
    for (const id of ids) await save(id, body(1, 2, 3));
    await cluster(7);
    const smallest = ids.toSorted()[0];
    expect(new Set(Object.values(await clusters()))).toEqual(new Set([smallest]));
  });

  it('leaves the turn to another clusterer that is at work', async () => {
    await save(first, body(1, 2, 3));
    await store.transaction(async (manager) => {
      await manager.query(`SELECT pg_advisory_xact_lock(hashtextextended('khabar store clusters', 0))`);
      expect(await clusterArticles(store, 10, NOW)).toMatchObject({ inTurn: false, count: 0 });
    });
    expect(await clusterArticles(store, 10, NOW)).toMatchObject({ inTurn: true, count: 1 });
  });

  it('sets an article aside that fails by itself, and goes on with the next', async () => {
    await save(first, body(1, 2, 3));
    await save(second, body(4, 5, 6));
    await store.query(`ALTER TABLE store.article_echoes ADD CONSTRAINT not_this CHECK (article_id <> '${first}')`);
    try {
      await expect(clusterArticles(store, 10, NOW)).rejects.toMatchObject({ code: 'unexpected' });
      expect(await clusterArticles(store, 1, NOW)).toMatchObject({ count: 1, setAside: { articleId: first } });
      expect(await clusterArticles(store, 1, NOW)).toMatchObject({ count: 1, setAside: null });
      expect(await clusterArticles(store, 10, NOW)).toMatchObject({ count: 0 });
    } finally {
      await store.query('ALTER TABLE store.article_echoes DROP CONSTRAINT not_this');
    }
  });
});
