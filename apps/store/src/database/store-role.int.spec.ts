import { LOG_SCHEMA } from '@khabar/bus';
import { ARTICLES, ARTICLE_CHANGES, type ArticleChange, rawArticleEvent, rawArticleExample } from '@khabar/contracts';
import { createLogger, prepareDatabase, readConfig, type RunningService, startService } from '@khabar/runtime';
import {
  createTestDatabase,
  eventually,
  freePort,
  nameTestRole,
  type TestDatabase,
  type TestRole,
} from '@khabar/testing';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forgetRepeats } from '../articles/forget-repeats.ts';
import { idOf, makeArticleEvent } from '../articles/event-factory.fixture.ts';
import { saveArticles } from '../articles/save-articles.ts';
import { deleteOldChanges } from '../changes/read-changes.ts';
import { body } from '../clusters/texts.fixture.ts';
import { storeSettings } from '../config.ts';
import { expireArticles } from '../retention/expire-articles.ts';
import { retentionLimits } from '../retention/limits.ts';
import { storeService } from '../store.module.ts';
import { openDatabase, storeSchema } from './open-database.ts';

const FIRST_ID = '00000000-0000-0000-0000-000000000000';
const LONG_AGO = '2020-01-01T00:00:00.000Z';
const SCHEMAS = [storeSchema, LOG_SCHEMA];

/** Articles whose texts tell the same news. */
const echo = (name: string, ...seeds: number[]) =>
  makeArticleEvent({ id: idOf(name), rawId: idOf(`raw ${name}`), title: `A zymurgy of ${name}`, body: body(...seeds) });

describe('a store with a role of its own, on a database that belonged to it before', () => {
  let database: TestDatabase;
  let role: TestRole;
  let service: RunningService;
  let own: DataSource;

  const prepare = () => prepareDatabase(SCHEMAS, { owner: database.url, service: role.url });
  const start = async () => {
    const env = { DATABASE_URL: role.url, HTTP_PORT: String(await freePort()) };
    const logger = createLogger({ name: 'store', level: 'silent', format: 'json' });
    return startService(storeService, readConfig(storeSettings, env), logger);
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    role = nameTestRole(database);
    const owned = await openDatabase({ url: database.url, connections: 2 });
    await saveArticles(owned, [echo('before', 1, 2, 3)], LONG_AGO);
    await owned.destroy();
    await prepare();
    service = await start();
    own = service.app.get(DataSource);
  });

  afterAll(async () => {
    await service?.close();
    await role[Symbol.asyncDispose]();
    await database.drop();
  });

  const get = (path: string) => fetch(`${service.url}/api/v1/${path}`);
  const items = async (path: string) => ((await (await get(path)).json()) as { items: { id: string }[] }).items;

  it('works as that role, and finds what the owner has stored', async () => {
    const [row] = (await own.query('SELECT current_user AS name')) as { name: string }[];
    expect(row!.name).toBe(role.name);
    expect(await items('articles')).toMatchObject([{ id: idOf('before') }]);
  });

  it('saves, indexes, clusters, announces, counts and exports', async () => {
    const told: ArticleChange[] = [];
    const subscription = await service.bus.subscribe({
      topic: ARTICLE_CHANGES,
      group: 'store-role-test',
      handle: async ({ events }) => void told.push(...events.map(({ event }) => event.data as ArticleChange)),
    });
    await service.bus.publish([rawArticleEvent(rawArticleExample), echo('one', 1, 2, 3, 4), echo('two', 7, 8, 9)]);
    await eventually(async () => (await items('articles?q=zymurgy')).length === 3);
    await eventually(() => told.filter(({ kind }) => kind === 'clustered').length >= 2);
    await subscription.close();
    await service.bus.publish([echo('one', 1, 2, 3, 5)]);
    await eventually(async () => (await items(`articles/${idOf('one')}/revisions`)).length === 2);
    expect(await (await get('stats')).json()).toMatchObject({ articles: 3 });
    const exported = await fetch(`${service.url}/api/v1/exports`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ format: 'ndjson' }),
    });
    expect((await exported.text()).trim().split('\n')).toHaveLength(3);
    await eventually(async () => (await own.query('SELECT FROM store.hourly_counts')).length > 0);
  });

  it('erases, expires and cleans up', async () => {
    const erased = await fetch(`${service.url}/api/v1/articles/${idOf('two')}`, { method: 'DELETE' });
    expect(erased.status).toBe(200);
    const limits = retentionLimits({ STORE_RETENTION_DAYS: 1, STORE_RETENTION_BY_SOURCE: [] }, new Date())!;
    const options = { afterId: FIRST_ID, limit: 100, now: new Date().toISOString() };
    expect(await expireArticles(own, limits, options)).toMatchObject({ count: 2 });
    await forgetRepeats(own, FIRST_ID, 100, new Date().toISOString());
    await deleteOldChanges(own, new Date(Date.now() + 60_000).toISOString(), 5_000);
    expect(await items('articles')).toEqual([]);
    const [lag] = await service.bus.groups(['khabar-store'], [ARTICLES.name]);
    expect(lag!.lag).toBe(0n);
  });

  it('can do nothing with what other services have, and change no table', async () => {
    const owner = new Client({ connectionString: database.url });
    await owner.connect();
    await owner.query('CREATE SCHEMA fetcher; CREATE TABLE fetcher.source (id uuid)');
    await owner.end();
    for (const statement of [
      'SELECT FROM fetcher.source',
      'ALTER TABLE store.articles ADD x int',
      'CREATE TABLE store.x ()',
    ]) {
      await expect(own.query(statement)).rejects.toMatchObject({ driverError: { code: '42501' } });
    }
  });

  it('does not start on a schema older than itself, and does when the owner has migrated it', async () => {
    const owned = await openDatabase({ url: database.url, connections: 2 });
    await owned.undoLastMigration();
    await owned.destroy();
    await expect(openDatabase({ url: role.url, connections: 1 })).rejects.toMatchObject({
      code: 'database-not-prepared',
      dependency: false,
      message: expect.stringContaining('schema store') as unknown,
    });
    await prepare();
    await (await openDatabase({ url: role.url, connections: 1 })).destroy();
  });

  it('does not start where its role has no rights', async () => {
    await using stranger = nameTestRole(database);
    await prepareDatabase([], { owner: database.url, service: stranger.url });
    await expect(openDatabase({ url: stranger.url, connections: 1 })).rejects.toMatchObject({
      code: 'database-not-prepared',
    });
    const env = { DATABASE_URL: stranger.url, HTTP_PORT: String(await freePort()) };
    const logger = createLogger({ name: 'store', level: 'silent', format: 'json' });
    await expect(startService(storeService, readConfig(storeSettings, env), logger)).rejects.toMatchObject({
      code: 'database-not-prepared',
      message: expect.stringContaining('schema bus') as unknown,
    });
  });
});
