import { ARTICLES, compileValidator, rawArticleEvent, rawArticleExample } from '@khabar/contracts';
import { createLogger, readConfig, type RunningService, startService } from '@khabar/runtime';
import { createTestDatabase, eventually, freePort, type TestDatabase } from '@khabar/testing';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idOf, makeArticleEvent } from '../articles/event-factory.fixture.ts';
import { storeSettings } from '../config.ts';
import { storeService } from '../store.module.ts';
import { type ErasureView, ErasureViewSchema } from './erasure-view.ts';

const validator = compileValidator('erasure', ErasureViewSchema);
const KEY = 'a-key-for-writing';

describe('DELETE /api/v1/articles/{id}', () => {
  let database: TestDatabase;
  let service: RunningService;
  let log: Client;

  beforeAll(async () => {
    database = await createTestDatabase();
    const env = { DATABASE_URL: database.url, HTTP_PORT: String(await freePort()), API_KEY: KEY };
    const logger = createLogger({ name: 'store', level: 'silent', format: 'json' });
    service = await startService(storeService, readConfig(storeSettings, env), logger);
    log = new Client({ connectionString: database.url });
    await log.connect();
  });

  afterAll(async () => {
    await log.end();
    await service.close();
    await database.drop();
  });

  const get = (path: string) => fetch(`${service.url}${path}`);
  const erase = (id: string, key = KEY) =>
    fetch(`${service.url}/api/v1/articles/${id}`, { method: 'DELETE', headers: { 'x-api-key': key } });
  const logHolds = async (text: string) =>
    (await log.query('SELECT FROM bus.record r WHERE r::text LIKE $1', [`%${text}%`])).rowCount! > 0;

  const raw = rawArticleEvent({ ...rawArticleExample, id: idOf('raw erased'), body: '<p>mentions a xylograph' });
  const article = makeArticleEvent({
    id: idOf('erased'),
    rawId: raw.data.id,
    title: 'To be forgotten',
    body: 'A text that mentions a xylograph.',
  });
  const { id } = article.data;

  it('needs the key of whoever may write', async () => {
    await service.bus.publish([raw, article]);
    await eventually(async () => (await get(`/api/v1/articles/${id}`)).status === 200);
    expect((await erase(id, 'a guess')).status).toBe(401);
    expect((await get(`/api/v1/articles/${id}`)).status).toBe(200);
  });

  it('takes the text out of the store and the log, and announces it', async () => {
    expect(await logHolds('xylograph')).toBe(true);
    const answer = await erase(id);
    expect(answer.status).toBe(200);
    const erasure = validator.assert(await answer.json()) as ErasureView;
    expect(erasure).toMatchObject({ id, rawIds: [raw.data.id] });
    expect(Date.parse(erasure.completedBy!)).toBeLessThanOrEqual(Date.now());
    expect((await get(`/api/v1/articles/${id}`)).status).toBe(404);
    expect(await logHolds('xylograph')).toBe(false);
    await eventually(async () => await logHolds('"erased"'));
    const { items } = (await (await get(`/api/v1/raw-articles?id=${raw.data.id}`)).json()) as { items: object[] };
    expect(items).toEqual([{ rawId: raw.data.id, made: null, gone: null, article: null, erased: true }]);
    expect(await (await erase(id)).json()).toMatchObject({ id, erasedAt: erasure.erasedAt });
  });

  it('takes out of the log what comes of it later', async () => {
    await service.bus.publish([makeArticleEvent({ ...article.data, fetchedAt: new Date().toISOString() })]);
    await eventually(async () => !(await logHolds('xylograph')));
    expect((await get(`/api/v1/articles/${id}`)).status).toBe(404);
    await eventually(async () => (await service.bus.groups(['khabar-store'], [ARTICLES.name]))[0]!.lag === 0n);
  });

  it('answers 404 where there is no such article', async () => {
    const answer = await erase(idOf('nothing'));
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: 'article-not-found' });
  });
});
