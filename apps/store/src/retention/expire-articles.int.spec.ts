import { createTestDatabase, type TestDatabase } from '@khabar/testing';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { idOf, makeArticleEvent } from '../articles/event-factory.fixture.ts';
import { saveArticles } from '../articles/save-articles.ts';
import { openDatabase } from '../database/open-database.ts';
import { expireArticles } from './expire-articles.ts';
import { retentionLimits } from './limits.ts';

const NOW = '2026-03-31T12:00:00.000Z';
const FIRST_ID = '00000000-0000-0000-0000-000000000000';
const daysAgo = (days: number) => new Date(Date.parse(NOW) - days * 24 * 60 * 60 * 1000).toISOString();

describe('the retention of articles', () => {
  let database: TestDatabase;
  let store: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase();
    store = await openDatabase({ url: database.url, connections: 6 });
  });

  afterAll(async () => {
    await store.destroy();
    await database.drop();
  });

  beforeEach(async () => {
    for (const table of ['articles', 'revisions', 'earlier_texts', 'raw_articles', 'outbox']) {
      await store.query(`DELETE FROM store.${table}`);
    }
  });

  const told = (name: string, days: number, source = 'a', more: Parameters<typeof makeArticleEvent>[0] = {}) =>
    makeArticleEvent({
      id: idOf(name),
      rawId: idOf(`raw ${name} ${source}`),
      sourceId: idOf(source),
      fetchedAt: daysAgo(days),
      ...more,
    });
  const save = (...events: ReturnType<typeof told>[]) => saveArticles(store, events, NOW);
  const expire = (days: number, bySource: Record<string, number> = {}, afterId = FIRST_ID, limit = 1_000) => {
    const own = Object.entries(bySource).map(([source, its]) => `${idOf(source)}=${its}`);
    const settings = { STORE_RETENTION_DAYS: days, STORE_RETENTION_BY_SOURCE: own };
    return expireArticles(store, retentionLimits(settings, new Date(NOW))!, { afterId, limit, now: NOW });
  };
  const left = async (names: readonly string[]) => {
    const rows: { id: string }[] = await store.query('SELECT id FROM store.articles');
    return names.filter((name) => rows.some(({ id }) => id === idOf(name)));
  };

  it('deletes what was last fetched too long ago, with all that is known of it, and announces it', async () => {
    await save(told('old', 40), told('old', 35, 'a', { title: 'Another' }), told('young', 20));
    expect(await expire(30)).toMatchObject({ count: 1 });
    expect(await left(['old', 'young'])).toEqual(['young']);
    for (const table of ['revisions', 'earlier_texts', 'raw_articles']) {
      expect(await store.query(`SELECT FROM store.${table} WHERE article_id = $1`, [idOf('old')])).toEqual([]);
    }
    const outbox = await store.query(
      'SELECT kind, reason, revision FROM store.outbox WHERE article_id = $1 ORDER BY position DESC LIMIT 1',
      [idOf('old')],
    );
    expect(outbox).toEqual([{ kind: 'withdrawn', reason: 'expired', revision: 3 }]);
  });

  it('keeps what is still fetched, be it ever so old', async () => {
    await save(told('old', 400), told('old', 2));
    expect(await expire(30)).toMatchObject({ count: 0 });
  });

  it('tells nothing new of what was withdrawn before', async () => {
    await save(told('gone', 40));
    await save(told('gone', 39, 'a', { gone: true }));
    expect(await expire(30)).toMatchObject({ count: 1, announcements: [] });
  });

  it('goes by the source, and of several by the one that keeps it for longest', async () => {
    const names = ['short', 'default', 'forever', 'short and default', 'short and forever'];
    const sources = [['s'], ['d'], ['f'], ['s', 'd'], ['s', 'f']];
    await save(...names.flatMap((name, at) => sources[at]!.map((source) => told(name, 20, source))));
    await expire(30, { s: 10, f: 0 });
    expect(await left(names)).toEqual(names.slice(1));
    await expire(15, { s: 10, f: 0 });
    expect(await left(names)).toEqual(['forever', 'short and forever']);
  });

  it('keeps all but some sources where only these are named', async () => {
    await save(told('a', 20, 'a'), told('b', 2_000, 'b'));
    await expire(0, { a: 10 });
    expect(await left(['a', 'b'])).toEqual(['b']);
  });

  it('stores anew what is fetched again', async () => {
    await save(told('old', 40));
    await expire(30);
    const { effects, announcements } = await save(told('old', 1, 'a', { title: 'Back' }));
    expect(effects).toEqual(['shown']);
    expect(announcements).toMatchObject([{ kind: 'created' }]);
  });

  it('walks through all articles in steps, beside stores that save', async () => {
    const names = Array.from({ length: 250 }, (_, n) => `walked ${n}`);
    await save(...names.map((name) => told(name, 40)));
    const saving = Array.from({ length: 10 }, (_, n) => save(told(names[n]!, 1, 'a', { title: `Newer ${n}` })));
    let lastId: string | null = FIRST_ID;
    let count = 0;
    while (lastId !== null) {
      const step = await expire(30, {}, lastId, 60);
      lastId = step.lastId;
      count += step.count;
    }
    await Promise.all(saving);
    expect(await left(names)).toEqual(names.slice(0, 10));
    expect(count).toBeGreaterThanOrEqual(240);
  });
});
