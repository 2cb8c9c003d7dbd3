import { LOG_SCHEMA } from '@khabar/bus';
import { prepareDatabase } from '@khabar/runtime';
import {
  type FakeWeb,
  type TestDatabase,
  type TestRole,
  createTestDatabase,
  eventually,
  nameTestRole,
  startFakeWeb,
} from '@khabar/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fetcherSchema, openDatabase } from './database.ts';
import { type FetcherUnderTest, startFetcher } from './fetcher.fixture.ts';

const FEED = `<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><link>https://news.example.org/</link>
  <item><title>Rain</title><link>https://news.example.org/rain</link><description>Rain at last.</description></item>
  </channel></rss>`;

describe('a fetcher with a role of its own, on a database that belonged to it before', () => {
  let database: TestDatabase;
  let role: TestRole;
  let web: FakeWeb;
  let fetcher: FetcherUnderTest;
  const prepare = () => prepareDatabase([fetcherSchema, LOG_SCHEMA], { owner: database.url, service: role.url });

  beforeAll(async () => {
    [database, web] = await Promise.all([createTestDatabase(), startFakeWeb()]);
    role = nameTestRole(database);
    web.route('/feed.xml', { body: FEED });
    const owned = await startFetcher(database.url);
    await owned.add({ url: web.url('/feed.xml') });
    await eventually(async () => (await owned.published()).length === 1);
    await owned.close();
    await prepare();
    fetcher = await startFetcher(role.url);
  });
  afterAll(async () => {
    await fetcher?.close();
    await web?.close();
    await role[Symbol.asyncDispose]();
    await database?.drop();
  });

  it('goes on where the owner was: it claims, polls and publishes as that role', async () => {
    const [row] = (await fetcher.database.query('SELECT current_user AS name')) as { name: string }[];
    expect(row!.name).toBe(role.name);
    web.route('/feed.xml', { body: FEED.replace('rain', 'snow').replace('Rain', 'Snow') });
    const { items } = (await fetcher.call('GET', '/api/v1/sources')).json as { items: { id: string }[] };
    await fetcher.poll(items[0]!.id);
    await eventually(async () => (await fetcher.published()).length === 2);
    expect((await fetcher.call('POST', '/api/v1/articles', { title: 'Hail', text: 'Hail.' })).status).toBe(202);
    expect((await fetcher.call('DELETE', `/api/v1/sources/${items[0]!.id}`)).status).toBe(204);
  });

  it('can do nothing with what other services have, and change no table', async () => {
    const owned = await openDatabase(database.url);
    await owned.query('CREATE SCHEMA store');
    await owned.query('CREATE TABLE store.articles (id uuid)');
    await owned.destroy();
    const statements = [
      'SELECT FROM store.articles',
      'ALTER TABLE fetcher.source ADD x int',
      'CREATE TABLE fetcher.x ()',
    ];
    for (const statement of statements) {
      await expect(fetcher.database.query(statement)).rejects.toMatchObject({ driverError: { code: '42501' } });
    }
  });

  it('does not start on a schema older than itself, and does when the owner has migrated it', async () => {
    const owned = await openDatabase(database.url);
    await owned.undoLastMigration();
    await owned.destroy();
    await expect(openDatabase(role.url)).rejects.toMatchObject({
      code: 'database-not-prepared',
      dependency: false,
      message: expect.stringContaining('schema fetcher') as unknown,
    });
    await prepare();
    await (await openDatabase(role.url)).destroy();
  });
});
