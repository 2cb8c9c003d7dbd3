import { articleChangeValidator, articleValidator, type CloudEvent, compileValidator } from '@khabar/contracts';
import { createLogger, readConfig, type RunningService, startService } from '@khabar/runtime';
import { createTestDatabase, eventually, freePort, type TestDatabase } from '@khabar/testing';
import type { HealthCheckResult } from '@nestjs/terminus';
import type { OpenAPIObject } from '@nestjs/swagger';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storeSettings } from '../config.ts';
import type { Stats } from '../stats/stats.controller.ts';
import { storeService } from '../store.module.ts';
import { ArticlePageSchema, type ArticleView, RevisionPageSchema, type RevisionView } from './article-view.ts';
import { idOf, makeArticleEvent } from './event-factory.fixture.ts';

/** As far as it is looked at here. */
interface ApiPage {
  content: {
    'application/json': { schema: { properties: { items: { items: { required: string[] } } } }; example: unknown };
  };
}

interface Page<T> {
  readonly items: T[];
  readonly nextCursor: string | null;
}

const pageValidator = compileValidator('page of articles', ArticlePageSchema);
const revisionsValidator = compileValidator('page of revisions', RevisionPageSchema);

let named = 0;

/** An article of its own, published at an hour of a day of its own. */
function article(parts: Parameters<typeof makeArticleEvent>[0]): CloudEvent<'news.articles.v1'> {
  const name = `article ${++named}`;
  return makeArticleEvent({ id: idOf(name), rawId: idOf(`raw ${name}`), kicker: null, summary: null, ...parts });
}

describe('the API of the store', () => {
  let database: TestDatabase;
  let service: RunningService;
  let client: Client;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await start();
    client = new Client({ connectionString: database.url });
    await client.connect();
  });

  afterAll(async () => {
    await client.end();
    await service.close();
    await database.drop();
  });

  async function start(settings: Record<string, string> = {}) {
    const env = { ...settings, DATABASE_URL: database.url, HTTP_PORT: String(await freePort()) };
    const logger = createLogger({ name: 'store', level: 'silent', format: 'json' });
    return startService(storeService, readConfig(storeSettings, env), logger);
  }

  const get = (path: string) => fetch(`${service.url}${path}`);
  const json = async <T>(path: string) => (await (await get(path)).json()) as T;

  async function list(query: Record<string, string> = {}): Promise<Page<ArticleView>> {
    const response = await get(`/api/v1/articles?${new URLSearchParams(query)}`);
    const body: unknown = await response.json();
    expect(response.status, JSON.stringify(body)).toBe(200);
    return pageValidator.assert(body);
  }

  const titles = async (query: Record<string, string>) => (await list(query)).items.map(({ title }) => title);

  /** Sends articles on the bus and waits until the store has all of them, and finds them. */
  async function ingest(...events: CloudEvent<'news.articles.v1'>[]) {
    await service.bus.publish(events);
    await eventually(async () => {
      const found = await Promise.all(events.map(({ data }) => get(`/api/v1/articles/${data.id}`)));
      const shown = await Promise.all(
        found.map(async (response) => (response.ok ? ((await response.json()) as ArticleView) : null)),
      );
      return shown.every((one, at) => one !== null && one.fetchedAt >= events[at]!.data.fetchedAt);
    });
    await eventually(async () => (await client.query('SELECT FROM store.unindexed')).rowCount === 0);
  }

  it('shows an article as it was published on the bus, with what the store knows beside', async () => {
    const event = article({ html: '<p>It rained.</p>' });
    await ingest(event);
    const shown = await json<ArticleView>(`/api/v1/articles/${event.data.id}`);
    expect(shown).toEqual({
      ...event.data,
      sources: [event.data.sourceId],
      revision: 1,
      storedAt: expect.any(String),
      clusterId: null,
      withdrawn: null,
    });
    expect(Object.keys(shown).slice(0, 5)).toEqual(['id', 'rawId', 'sourceId', 'fetchedAt', 'externalId']);
    expect((await list({ rawId: event.data.rawId })).items).toEqual([shown]);
  });

  it('announces what it stored on news.changes.v1', async () => {
    const event = article({ title: 'Announced' });
    await ingest(event);
    const signal = AbortSignal.timeout(10_000);
    for await (const record of service.bus.read('news.changes.v1', { from: 'beginning', follow: true, signal })) {
      const change = articleChangeValidator.assert(JSON.parse(record.value!.toString()));
      if (change.id !== event.data.id) continue;
      expect(change).toMatchObject({ kind: 'created', revision: 1, contentHash: event.data.contentHash });
      expect(record.key).toBe(event.data.id);
      break;
    }
  });

  it('lists newest first, page by page, each article once', async () => {
    const source = idOf('a source of pages');
    const hours = [3, 1, 5, 2, 4, 4, 4];
    const events = hours.map((hour, n) =>
      article({ sourceId: source, title: `${hour} ${n}`, publishedAt: `2026-02-01T0${hour}:00:00.000Z` }),
    );
    await ingest(...events);
    const seen: ArticleView[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: Page<ArticleView> = await list({ source, limit: '2', ...(cursor && { cursor }) });
      seen.push(...page.items);
      cursor = page.nextCursor;
    }
    expect(seen.map(({ publishedAt }) => publishedAt?.slice(12, 13))).toEqual(['5', '4', '4', '4', '3', '2', '1']);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(hours.length);
  });

  it('takes an article of the future, or of no date, for as new as its first fetch', async () => {
    const source = idOf('a source of wrong dates');
    const fetchedAt = '2026-02-02T12:00:00.000Z';
    await ingest(
      article({ sourceId: source, title: 'future', publishedAt: '2099-01-01T00:00:00.000Z', fetchedAt }),
      article({
        sourceId: source,
        title: 'newest',
        publishedAt: '2026-02-02T12:30:00.000Z',
        fetchedAt: '2026-02-02T13:00:00.000Z',
      }),
      article({ sourceId: source, title: 'undated', publishedAt: null, fetchedAt: '2026-02-02T12:15:00.000Z' }),
    );
    expect(await titles({ source })).toEqual(['newest', 'undated', 'future']);
    expect(await titles({ source, from: '2026-02-02T12:10:00Z', to: '2026-02-02T12:20:00Z' })).toEqual(['undated']);
    expect(await titles({ source, to: '2026-02-02' })).toHaveLength(3);
    expect(await titles({ source, from: '2026-02-03' })).toEqual([]);
  });

  it('finds by language, with and without region', async () => {
    const source = idOf('a source of languages');
    await ingest(
      article({ sourceId: source, title: 'brasil', language: 'pt-BR' }),
      article({ sourceId: source, title: 'portugal', language: 'pt-PT' }),
      article({ sourceId: source, title: 'galiza', language: 'gl' }),
    );
    expect((await titles({ source, language: 'pt' })).sort()).toEqual(['brasil', 'portugal']);
    expect(await titles({ source, language: 'PT-br' })).toEqual(['brasil']);
  });

  describe('searching', () => {
    const source = idOf('a searched source');
    const texts = {
      hi: { title: 'शी जिनपिंग और पुतिन की मुलाकात', body: 'चीनी राष्ट्रपति शी जिनपिंग ने गुरुवार को रूसी समकक्षों से बात की।' },
      en: { title: 'Farmers run to the markets', body: 'The growers were running late; the harvest had been good.' },
      ru: { title: 'Дождь достиг побережья', body: 'Первые капли упали на гавань незадолго до полудня.' },
      ar: {
        title: 'المطر يصل إلى الساحل',
        body: 'سقطت القطرات الأولى على الميناء قبل الظهر بقليل، وقال مُحَمَّد إنها بداية.',
      },
      ja: { title: '東京大学が新しい研究所を開設', body: 'データ解析の研究所は来年四月に始まる。' },
      th: { title: 'ฝนตกที่ชายฝั่ง', body: 'หยดแรกตกลงที่ท่าเรือก่อนเที่ยงวัน' },
      fa: { title: 'باران به ساحل رسید', body: 'کشاورزان می‌خواهند زودتر برداشت کنند.' },
    };

    beforeAll(() =>
      ingest(
        ...Object.entries(texts).map(([language, text]) =>
          article({ sourceId: source, language, authors: ['Asha Verma'], tags: ['weather'], ...text }),
        ),
      ),
    );

    const found = async (q: string, more: Record<string, string> = {}) =>
      (await list({ source, q, ...more })).items.map(({ language }) => language).sort();

    it('finds a Hindi article by a word of its title', async () => {
      expect(await found('पुतिन')).toEqual(['hi']);
      expect(await found('राष्ट्रपति')).toEqual(['hi']);
    });

    it('finds other forms of a word, as its language has them', async () => {
      expect(await found('runs')).toEqual(['en']);
      expect(await found('farmer market')).toEqual(['en']);
      expect(await found('капля')).toEqual(['ru']);
    });

    it('knows phrases, or, and minus', async () => {
      expect(await found('"growers were running"')).toEqual(['en']);
      expect(await found('"running growers"')).toEqual([]);
      expect(await found('harvest or дождь')).toEqual(['en', 'ru']);
      expect(await found('weather -harvest -дождь -पुतिन')).toEqual(['ar', 'fa', 'ja', 'th']);
    });

    it('finds any part of what is written without spaces', async () => {
      expect(await found('京大')).toEqual(['ja']);
      expect(await found('東京大学')).toEqual(['ja']);
      expect(await found('大京')).toEqual([]);
      expect(await found('始')).toEqual(['ja']);
      expect(await found('ท่าเรือ')).toEqual(['th']);
      expect(await found('データ -東京')).toEqual([]);
    });

    it('finds a word with and without its vowel marks and invisible joints', async () => {
      expect(await found('محمد')).toEqual(['ar']);
      expect(await found('میخواهند')).toEqual(['fa']);
    });

    it('finds by author and tag, within a language', async () => {
      expect(await found('"asha verma" weather', { language: 'ru' })).toEqual(['ru']);
    });

    it('finds nothing for what is no word', async () => {
      expect(await found('!!! & | ( :*')).toEqual([]);
    });
  });

  it('answers with the revisions of an article, its texts whole', async () => {
    const first = article({ title: 'First', fetchedAt: '2026-03-14T09:30:00.000Z' });
    const later = (parts: Parameters<typeof makeArticleEvent>[0]) => makeArticleEvent({ ...first.data, ...parts });
    const second = later({ title: 'Second', fetchedAt: '2026-03-14T09:40:00.000Z' });
    const late = later({ title: 'Late', fetchedAt: '2026-03-14T09:35:00.000Z', sourceId: idOf('another source') });
    await ingest(first);
    await ingest(second);
    await service.bus.publish([late]);
    const path = `/api/v1/articles/${first.data.id}/revisions`;
    const read = async (query = '') => revisionsValidator.assert(await json(path + query));
    await eventually(async () => (await read()).items.length === 3);
    const { items } = await read();
    const brief = ({ revision, title, present, sources, fetchedAt }: RevisionView) => ({
      revision,
      title,
      present,
      sources,
      fetchedAt,
    });
    expect(items.map(brief)).toEqual([
      { revision: 3, title: 'Late', present: false, sources: [idOf('another source')], fetchedAt: late.data.fetchedAt },
      { revision: 2, title: 'Second', present: true, sources: [first.data.sourceId], fetchedAt: second.data.fetchedAt },
      { revision: 1, title: 'First', present: false, sources: [first.data.sourceId], fetchedAt: first.data.fetchedAt },
    ]);
    expect(items.every(({ body }) => body === first.data.body)).toBe(true);
    const page = await read('?limit=2');
    const rest = await read(`?limit=2&cursor=${page.nextCursor}`);
    expect([...page.items, ...rest.items]).toEqual(items);
    expect(rest.nextCursor).toBeNull();
    expect((await json<ArticleView>(`/api/v1/articles/${first.data.id}`)).sources).toHaveLength(2);
  });

  it('answers for a page that is gone without its text, and lists it no more', async () => {
    const event = article({ title: 'Taken away', fetchedAt: '2026-03-14T09:30:00.000Z' });
    await ingest(event);
    await service.bus.publish([
      makeArticleEvent({ ...event.data, gone: true, title: null, body: null, fetchedAt: '2026-03-14T09:50:00.000Z' }),
    ]);
    const { id, rawId } = event.data;
    const shown = await eventually(async () => {
      const found = await json<ArticleView>(`/api/v1/articles/${id}`);
      return found.gone && found;
    });
    expect(shown).toMatchObject({ title: null, body: null, headings: [], withdrawn: 'gone', revision: 2 });
    expect(articleValidator.check(shown)).toBe(true);
    expect((await list({ rawId })).items).toEqual([]);
    const revisions = revisionsValidator.assert(await json(`/api/v1/articles/${id}/revisions`));
    expect(revisions.items).toMatchObject([{ title: 'Taken away' }]);
  });

  it('names every parameter that is wrong', async () => {
    const response = await get(
      '/api/v1/articles?limit=0&cursor=!!&source=x&rawId=y&language=1&from=soon&to=2026-13-01&colour=red&q=a&q=b',
    );
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    const body = (await response.json()) as { code: string; errors: { field: string; message: string }[] };
    expect(body.code).toBe('invalid-query');
    expect(body.errors.map(({ field }) => field).sort()).toEqual(
      ['colour', 'cursor', 'from', 'language', 'limit', 'q', 'rawId', 'source', 'to'].sort(),
    );
    expect(body.errors).toContainEqual({ field: 'limit', message: 'must be a whole number from 1 to 100' });
  });

  it('refuses years that Postgres does not know, and takes the last day that there is', async () => {
    const refused = [
      ['from', '0000-12-31'],
      ['from', '0001-01-01T00:00:00+01:00'],
      ['to', '9999-12-31T23:59:59-01:00'],
      ['cursor', Buffer.from(`0000-01-01T00:00:00.000Z ${idOf('place')}`).toString('base64url')],
    ] as const;
    for (const [field, value] of refused) {
      const response = await get(`/api/v1/articles?${new URLSearchParams({ [field]: value })}`);
      expect(response.status).toBe(400);
      expect(((await response.json()) as { errors: { field: string }[] }).errors).toMatchObject([{ field }]);
    }
    await list({ from: '0001-01-01', to: '9999-12-31' });
  });

  it('refuses a query that is too long, or no text', async () => {
    for (const q of ['%00', 'x'.repeat(501)]) expect((await get(`/api/v1/articles?q=${q}`)).status).toBe(400);
  });

  it('answers 404 for an article that is not there, and for what is no id', async () => {
    for (const id of [idOf('nobody'), 'x', "'--"]) {
      for (const path of [
        `/api/v1/articles/${encodeURIComponent(id)}`,
        `/api/v1/articles/${encodeURIComponent(id)}/revisions`,
      ]) {
        const response = await get(path);
        expect(response.status).toBe(404);
        expect(await response.json()).toMatchObject({ code: 'article-not-found', status: 404 });
      }
    }
  });

  it('counts what is stored', async () => {
    const source = idOf('a counted source');
    const before = await json<Stats>('/api/v1/stats');
    await ingest(
      article({ sourceId: source, language: 'sw' }),
      article({ sourceId: source, language: 'sw', title: 'Other' }),
    );
    const stats = await eventually(async () => {
      const found = await json<Stats>('/api/v1/stats');
      return found.articles === before.articles + 2 && found;
    });
    expect(stats.revisions).toBe(before.revisions + 2);
    expect(stats.languages).toContainEqual({ language: 'sw', articles: 2 });
    expect(stats.sources).toContainEqual({ sourceId: source, articles: 2 });
    expect(stats.newest.storedAt! > '2026').toBe(true);
  });

  it('turns an article away that Postgres cannot hold, and stores its neighbours', async () => {
    const bad = article({ title: 'half a \ud800 pair' });
    const good = article({ title: 'whole' });
    await service.bus.publish([bad]);
    await ingest(good);
    const signal = AbortSignal.timeout(10_000);
    const dead = service.bus.read('news.articles.v1.dead-letter', { from: 'beginning', follow: true, signal });
    for await (const record of dead) {
      expect(record.key).toBe(bad.data.id);
      expect(record.headers['khabar-code']).toBe('unstorable-article');
      break;
    }
  });

  it('describes itself in OpenAPI 3.1', async () => {
    const document = await json<OpenAPIObject>('/api/openapi.json');
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths).sort()).toEqual([
      '/api/v1/articles',
      '/api/v1/articles.atom',
      '/api/v1/articles.json-feed',
      '/api/v1/articles.rss',
      '/api/v1/articles/{id}',
      '/api/v1/articles/{id}/revisions',
      '/api/v1/articles/{id}/revisions/{number}/diff',
      '/api/v1/changes',
      '/api/v1/clusters/{id}',
      '/api/v1/exports',
      '/api/v1/raw-articles',
      '/api/v1/stats',
    ]);
    const { parameters, responses } = document.paths['/api/v1/articles']!.get!;
    const described = parameters!.flatMap((found) => ('name' in found && found.in === 'query' ? [found.name] : []));
    expect(described.sort()).toEqual(
      'author cluster cursor fields from kind language limit q rawId sort source tag to'.split(' ').sort(),
    );
    const { schema, example } = (responses['200'] as unknown as ApiPage).content['application/json'];
    expect(schema.properties.items.items.required).toContain('title');
    expect(pageValidator.check(example)).toBe(true);
  });

  it('lists, and answers no search, where search is off; what it stores then is found once search is on', async () => {
    await service.close();
    service = await start({ STORE_SEARCH: 'false' });
    const event = article({ title: 'Unsearched' });
    await service.bus.publish([event]);
    await eventually(async () => (await titles({ rawId: event.data.rawId })).length === 1);
    const answer = await get('/api/v1/articles?q=unsearched');
    expect(answer.status).toBe(501);
    expect(await answer.json()).toMatchObject({ code: 'search-off' });
    await service.close();
    service = await start();
    await eventually(async () => (await titles({ q: 'unsearched' })).length === 1);
  });

  it('is ready when its database answers, and keeps everything over a restart', async () => {
    const event = article({ title: 'Before the restart' });
    await ingest(event);
    await service.close();
    service = await start();
    const ready = await json<HealthCheckResult>('/health/ready');
    expect(ready.details['postgres']?.status).toBe('up');
    expect(await titles({ rawId: event.data.rawId })).toEqual(['Before the restart']);
    expect(await (await get('/metrics')).text()).toContain('khabar_store_events_total');
  });
});
