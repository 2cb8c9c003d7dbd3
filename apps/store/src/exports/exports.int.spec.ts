import type { CloudEvent } from '@khabar/contracts';
import { ArticleTable, type StoredArticle } from '@khabar/parquet';
import { createLogger, readConfig, type RunningService, startService } from '@khabar/runtime';
import { createTestDatabase, eventually, freePort, type TestDatabase } from '@khabar/testing';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readArticleQuery } from '../articles/article-query.ts';
import { idOf, makeArticleEvent } from '../articles/event-factory.fixture.ts';
import { saveArticles } from '../articles/save-articles.ts';
import { storeSettings } from '../config.ts';
import { openDatabase } from '../database/open-database.ts';
import { storeService } from '../store.module.ts';
import { ExportSnapshot } from './export-snapshot.ts';
import { Exports } from './exports.ts';

const SOURCE = idOf('a source of exports');
const STORED_AT = '2026-05-01T00:00:01.000Z';
const EVERY = readArticleQuery({});

/** One of many, published a minute after the one before. */
function article(number: number, parts: Parameters<typeof makeArticleEvent>[0] = {}): CloudEvent<'news.articles.v1'> {
  return makeArticleEvent({
    id: idOf(`exported ${number}`),
    rawId: idOf(`raw ${number}`),
    title: `Report ${number}`,
    publishedAt: minute(number),
    ...parts,
  });
}

function minute(number: number): string {
  return new Date(Date.UTC(2026, 1, 1, 0, number)).toISOString();
}

describe('a snapshot for an export', () => {
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await openDatabase({ url: database.url, connections: 4 });
    await saveArticles(
      dataSource,
      Array.from({ length: 1_201 }, (_, number) => article(number)),
      STORED_AT,
    );
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('has each article once, the newest first, whatever is written while it is read', async () => {
    await using snapshot = await ExportSnapshot.open(dataSource, EVERY);
    const titles: (string | null)[] = [];
    for await (const { articles } of snapshot.pieces()) {
      if (titles.length === 0) {
        // one that was read gets a date that is still to come, one to come a date that was passed, and one is new
        const fetchedAt = '2026-05-01T00:00:00.000Z';
        await saveArticles(
          dataSource,
          [
            article(1_200, { publishedAt: minute(10), fetchedAt }),
            article(20, { publishedAt: minute(1_199), fetchedAt }),
            article(5_000, { publishedAt: minute(30) }),
          ],
          STORED_AT,
        );
      }
      titles.push(...articles.map(({ title }) => title));
    }
    expect(snapshot.count).toBe(1_201);
    expect(titles).toEqual(Array.from({ length: 1_201 }, (_, at) => `Report ${1_200 - at}`));
  });

  it('is read in pieces of some megabytes, and of one article where that has more', async () => {
    const long = 'x'.repeat(3 * 1024 * 1024);
    await saveArticles(
      dataSource,
      [6_001, 6_002, 6_003].map((number) => article(number, { body: long, publishedAt: minute(number) })),
      STORED_AT,
    );
    await using snapshot = await ExportSnapshot.open(dataSource, { ...EVERY, from: minute(6_000) });
    const sizes: number[] = [];
    for await (const { articles } of snapshot.pieces()) sizes.push(articles.length);
    expect(sizes).toEqual([1, 1, 1]);
  });

  it('goes on behind any of its cursors', async () => {
    await using snapshot = await ExportSnapshot.open(dataSource, { ...EVERY, to: minute(900) });
    const titles: (string | null)[] = [];
    const rests: [number, string][] = [];
    for await (const { articles, cursor } of snapshot.pieces()) {
      titles.push(...articles.map(({ title }) => title));
      rests.push([titles.length, cursor]);
    }
    expect(rests.length).toBeGreaterThan(1);
    for (const [taken, cursor] of rests) {
      await using rest = await ExportSnapshot.open(dataSource, readArticleQuery({ to: minute(900), cursor }));
      const more: (string | null)[] = [];
      for await (const { articles } of rest.pieces()) more.push(...articles.map(({ title }) => title));
      expect(more).toEqual(titles.slice(taken));
    }
  });

  it('leaves connections for others, and gives its own back however it is left', async () => {
    const exports = new Exports(dataSource, { ...readConfig(storeSettings, {}), DATABASE_CONNECTIONS: 4 });
    const hold = Promise.withResolvers<void>();
    const reading = Promise.withResolvers<void>();
    const first = exports.run(EVERY, () => (reading.resolve(), hold.promise));
    await reading.promise;
    await expect(exports.run(EVERY, () => Promise.resolve())).rejects.toMatchObject({ status: 503 });
    const left = expect(first).rejects.toThrow('left');
    hold.reject(new Error('left'));
    await left;
    for (let round = 0; round < 5; round++) {
      await exports.run(EVERY, async (snapshot) => void (await snapshot.pieces().next()));
    }
    await exports.beforeApplicationShutdown();
    await expect(exports.run(EVERY, () => Promise.resolve())).rejects.toMatchObject({ status: 503 });
  });
});

describe('POST /api/v1/exports', () => {
  let database: TestDatabase;
  let service: RunningService;

  beforeAll(async () => {
    database = await createTestDatabase();
    const env = { DATABASE_URL: database.url, HTTP_PORT: String(await freePort()) };
    const logger = createLogger({ name: 'store', level: 'silent', format: 'json' });
    service = await startService(storeService, readConfig(storeSettings, env), logger);
    await service.bus.publish([
      ...Array.from({ length: 30 }, (_, number) => article(number, { sourceId: SOURCE })),
      article(100, { title: 'पुतिन ने जिनपिंग को फोन किया', language: 'hi', publishedAt: null, tags: [], images: [] }),
    ]);
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await eventually(async () => (await client.query('SELECT FROM store.articles')).rowCount === 31);
    for (const queue of ['unindexed', 'unclustered']) {
      await eventually(async () => (await client.query(`SELECT FROM store.${queue}`)).rowCount === 0);
    }
    await client.end();
  });

  afterAll(async () => {
    await service.close();
    await database.drop();
  });

  const post = (body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${service.url}/api/v1/exports`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });

  async function exported(query: Record<string, string>): Promise<StoredArticle[]> {
    const response = await post({ format: 'ndjson', ...query });
    const text = await response.text();
    expect(response.status, text).toBe(200);
    const articles = text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as StoredArticle);
    expect(response.headers.get('x-total-count')).toBe(String(articles.length));
    return articles;
  }

  it.each([
    [{}, 31],
    [{ source: SOURCE }, 30],
    [{ language: 'hi' }, 1],
    [{ q: 'जिनपिंग' }, 1],
    [{ q: 'Report', source: SOURCE, to: minute(4) }, 4],
    [{ q: '…' }, 0],
    [{ kind: 'article', author: 'Asha Verma', tag: 'rain' }, 30],
    [{ from: minute(5), to: minute(8) }, 3],
    [{ language: 'ta' }, 0],
  ])(
    'gives what the list has for %j, in its order and as it shows it',
    async (query: Record<string, string>, count) => {
      const list = await fetch(`${service.url}/api/v1/articles?${new URLSearchParams({ ...query, limit: '100' })}`);
      const { items } = (await list.json()) as { items: StoredArticle[] };
      expect(items).toHaveLength(count);
      const found = await exported(query);
      expect(found).toHaveLength(count);
      expect(items).toMatchObject(found);
    },
  );

  it('gives the same articles as a Parquet file', async () => {
    const response = await post({ format: 'parquet' });
    expect(response.headers.get('content-type')).toBe('application/vnd.apache.parquet');
    const table = new ArticleTable();
    for (const one of await exported({})) table.add(one);
    expect(Buffer.from(await response.arrayBuffer()).equals(Buffer.from(table.finish()))).toBe(true);
  });

  it.each([
    [{}, 'Not a valid export request'],
    [{ format: 'csv' }, '/format'],
    [{ format: 'ndjson', limit: 5 }, 'limit'],
    [{ format: 'parquet', cursors: true }, 'cursors go with the format ndjson'],
    [{ format: 'ndjson', source: 'nonsense' }, "a source's id"],
  ])('refuses %j and says what is wrong', async (body, message) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await response.text()).toContain(message);
  });

  it('asks who wants an export for what a write needs', async () => {
    expect((await post({ format: 'ndjson' }, { origin: 'https://elsewhere.example' })).status).toBe(403);
  });
});
