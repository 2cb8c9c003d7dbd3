import { articleChangeValidator as changeValidator, type CloudEvent, compileValidator } from '@khabar/contracts';
import { parseFeed } from '@khabar/feeds';
import { createLogger, readConfig, type RunningService, startService } from '@khabar/runtime';
import { createTestDatabase, eventually, freePort, type TestDatabase } from '@khabar/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storeSettings } from '../config.ts';
import { storeService } from '../store.module.ts';
import { type ApiOperation, exampleAddress, expectDocumented } from '../api-examples.fixture.ts';
import { ArticleViewSchema } from './article-view.ts';
import { idOf, makeArticleEvent } from './event-factory.fixture.ts';
import { RevisionDiffSchema } from './revision-diff.ts';

const diffValidator = compileValidator('diff', RevisionDiffSchema);

describe('reading the store', () => {
  let database: TestDatabase;
  let service: RunningService;
  const first = makeArticleEvent({ id: idOf('read'), rawId: idOf('raw read'), title: 'Rain nears', body: 'It rains.' });
  const { id } = first.data;
  const path = `/api/v1/articles/${id}`;

  beforeAll(async () => {
    database = await createTestDatabase();
    const env = { DATABASE_URL: database.url, HTTP_PORT: String(await freePort()) };
    const logger = createLogger({ name: 'store', level: 'silent', format: 'json' });
    service = await startService(storeService, readConfig(storeSettings, env), logger);
    await ingest(first);
  });

  afterAll(async () => {
    await service.close();
    await database.drop();
  });

  const get = (path: string, headers: Record<string, string> = {}) => fetch(`${service.url}${path}`, { headers });
  const json = async <T>(path: string) => (await (await get(path)).json()) as T;

  async function ingest(event: CloudEvent<'news.articles.v1'>) {
    await service.bus.publish([event]);
    const { id, title } = event.data;
    await eventually(async () => (await json<{ title?: string }>(`/api/v1/articles/${id}`)).title === title);
  }

  describe('that did not change', () => {
    it.each([path, `${path}?fields=title`, '/api/v1/articles?limit=1', `${path}/revisions`])(
      'is answered 304 without a body: %s',
      async (address) => {
        const whole = await get(address);
        const tag = whole.headers.get('etag')!;
        expect(whole.headers.get('content-type')).toBe('application/json; charset=utf-8');
        expect(tag).toMatch(/^"[\w-]+"$/);
        const again = await get(address, { 'if-none-match': `"other", W/${tag}` });
        expect(again.status).toBe(304);
        expect(again.headers.get('etag')).toBe(tag);
        expect(await again.text()).toBe('');
        expect((await get(address, { 'if-none-match': '"other"' })).status).toBe(200);
      },
    );

    it('has another ETag once it changed', async () => {
      const event = makeArticleEvent({ id: idOf('tagged'), rawId: idOf('raw tagged'), title: 'One' });
      await ingest(event);
      const address = `/api/v1/articles/${event.data.id}`;
      const before = (await get(address)).headers.get('etag')!;
      await ingest(makeArticleEvent({ ...event.data, title: 'Two', fetchedAt: '2026-05-01T00:00:00.000Z' }));
      const after = await get(address, { 'if-none-match': before });
      expect(after.status).toBe(200);
      expect(after.headers.get('etag')).not.toBe(before);
    });
  });

  describe('some fields', () => {
    it('are answered with the id, in the order of the contract', async () => {
      expect(await json(`${path}?fields=title,language`)).toEqual({
        id,
        title: 'Rain nears',
        language: first.data.language,
      });
      const { items } = await json<{ items: object[] }>('/api/v1/articles?fields=url%2Ctitle&limit=1');
      expect(Object.keys(items[0]!)).toEqual(['id', 'url', 'title']);
      const revisions = await json<{ items: object[] }>(`${path}/revisions?fields=revision`);
      expect(revisions.items).toEqual([{ id, revision: 1 }]);
    });

    it('that nothing has are refused, and the known ones named', async () => {
      const response = await get('/api/v1/articles?fields=title,colour');
      expect(response.status).toBe(400);
      const { errors } = (await response.json()) as { errors: { field: string; message: string }[] };
      expect(errors).toHaveLength(1);
      expect(errors[0]!.field).toBe('fields');
      for (const name of Object.keys(ArticleViewSchema.properties)) expect(errors[0]!.message).toContain(name);
    });
  });

  describe('what a revision changed', () => {
    beforeAll(async () => {
      const at = (minute: number) => `2026-04-01T09:0${minute}:00.000Z`;
      await ingest(makeArticleEvent({ ...first.data, title: 'Rain <reaches> the coast', fetchedAt: at(1) }));
      await ingest(makeArticleEvent({ ...first.data, title: 'Rain over', body: 'It rained.', fetchedAt: at(2) }));
    });

    const diff = async (address: string) => diffValidator.assert(await json(`${path}/revisions/${address}`));

    it('is told against the revision before, or another one', async () => {
      expect(await diff('2/diff')).toMatchObject({
        revision: 2,
        against: 1,
        texts: [{ field: 'title', changes: [{ op: 'same', text: 'Rain ' }, { op: 'removed' }, { op: 'added' }] }],
        values: [],
      });
      expect((await diff('3/diff?against=1')).texts.map(({ field }) => field)).toEqual(['title', 'body']);
      expect((await diff('3/diff?against=3')).texts).toEqual([]);
      expect((await diff('1/diff')).against).toBeNull();
    });

    it('is a page for who accepts HTML', async () => {
      const response = await get(`${path}/revisions/2/diff`, { accept: 'text/html,*/*;q=0.8' });
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(response.headers.get('vary')).toBe('accept');
      expect(await response.text()).toContain('Rain <del>nears</del><ins>&lt;reaches&gt; the coast</ins>');
      expect((await get(`${path}/revisions/2/diff`, { accept: 'image/png' })).status).toBe(406);
    });

    it('is not found where there is no such revision', async () => {
      for (const [address, code] of [
        [`${path}/revisions/9/diff`, 'revision-not-found'],
        [`${path}/revisions/x/diff`, 'revision-not-found'],
        [`${path}/revisions/2/diff?against=9`, 'revision-not-found'],
        [`/api/v1/articles/${idOf('nobody')}/revisions/1/diff`, 'article-not-found'],
      ] as const) {
        const response = await get(address);
        expect(response.status).toBe(404);
        expect(await response.json()).toMatchObject({ code });
      }
      expect((await get(`${path}/revisions/2/diff?against=x`)).status).toBe(400);
    });
  });

  describe('a list as a feed', () => {
    const source = idOf('a source of feeds');

    beforeAll(async () => {
      for (const n of [1, 2, 3]) {
        await ingest(
          makeArticleEvent({
            ...{ id: idOf(`feed ${n}`), rawId: idOf(`raw feed ${n}`), sourceId: source },
            canonicalUrl: `https://example.org/entry-${n}`,
            ...{ title: `Entry <${n}> & more`, publishedAt: `2026-03-0${n}T00:00:00.000Z` },
          }),
        );
      }
    });

    const read = async (address: string) => {
      const response = await get(address);
      const bytes = new Uint8Array(await response.arrayBuffer());
      const contentType = response.headers.get('content-type');
      return { text: new TextDecoder().decode(bytes), contentType, response, ...parseFeed(bytes, { contentType }) };
    };

    it.each([
      ['atom', 'application/atom+xml', 'atom'],
      ['rss', 'application/rss+xml', 'rss'],
      ['json-feed', 'application/feed+json', 'json'],
    ])('of %s is read by our own reader, page by page', async (name, mediaType, format) => {
      const first = await read(`/api/v1/articles.${name}?source=${source}&limit=2`);
      expect(first.contentType).toBe(`${mediaType}; charset=utf-8`);
      expect([first.format, first.warnings]).toEqual([format, []]);
      expect(first.entries.map(({ guid, title }) => [guid, title])).toEqual(
        [3, 2].map((n) => [`urn:uuid:${idOf(`feed ${n}`)}`, `Entry <${n}> & more`]),
      );
      expect(first.entries[0]).toMatchObject({ link: expect.stringMatching(/^https?:/), authors: expect.any(Array) });
      const next = /"next_url":"([^"]+)"|href="([^"]+)" rel="next"/.exec(first.text)!;
      const nextUrl = (next[1] ?? next[2])!.replaceAll('&amp;', '&');
      expect(nextUrl.startsWith(`${service.url}/api/v1/articles.${name}?`)).toBe(true);
      const rest = await read(nextUrl.slice(service.url.length));
      expect(rest.entries.map(({ title }) => title)).toEqual(['Entry <1> & more']);
      expect(rest.text).not.toMatch(/next_url|rel="next"/);
      expect(rest.feed.title).toBe(first.feed.title);
      const again = await get(`/api/v1/articles.${name}?source=${source}&limit=2`, {
        'if-none-match': first.response.headers.get('etag')!,
      });
      expect(again.status).toBe(304);
    });

    it('has no fields to choose, and refuses what the list refuses', async () => {
      expect((await get('/api/v1/articles.atom?fields=title')).status).toBe(400);
      expect((await get('/api/v1/articles.rss?colour=red')).status).toBe(400);
    });
  });

  describe('the API as it describes itself', () => {
    beforeAll(async () => {
      // the article of the examples, with the second revision that they name
      const example = makeArticleEvent();
      await ingest(example);
      await ingest(makeArticleEvent({ ...example.data, title: 'Again', fetchedAt: '2026-05-01T00:00:00.000Z' }));
      // and of the same text another article, so that there is a cluster
      const body = Array.from({ length: 60 }, (_, n) => `word${n}`).join(' ');
      await ingest(makeArticleEvent({ ...example.data, title: 'Third', body, fetchedAt: '2026-05-02T00:00:00.000Z' }));
      await ingest(makeArticleEvent({ id: idOf('echo'), rawId: idOf('raw echo'), title: 'Echo', body }));
      await eventually(async () => (await get(`/api/v1/clusters/${example.data.id}`)).ok);
    });

    it('answers every example as documented', async () => {
      const { paths } = await json<{ paths: Record<string, Record<string, ApiOperation>> }>('/api/openapi.json');
      const reads = Object.entries(paths).flatMap(([path, { get: read }]) => (read ? [[path, read] as const] : []));
      expect(reads.length).toBeGreaterThan(9);
      for (const [path, operation] of reads) {
        const address = exampleAddress(path, operation);
        await expectDocumented(address, operation, await get(address));
      }
    });
  });

  describe('changes', () => {
    const changed = (title: string, minute: number) =>
      ingest(makeArticleEvent({ ...first.data, title, fetchedAt: `2026-04-02T09:${minute}:00.000Z` }));

    /** The events of a stream, as they come. */
    async function* eventsOf(response: Response) {
      let text = '';
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        const events = text.split('\n\n');
        text = events.pop()!;
        for (const event of events) {
          const data = /^data: (.*)$/m.exec(event)?.[1];
          yield {
            id: /^id: (.*)$/m.exec(event)?.[1],
            change: data === undefined ? null : changeValidator.assert(JSON.parse(data)),
          };
        }
      }
    }

    it('are streamed as they are announced, and again from the last one seen', async () => {
      const leave = new AbortController();
      const response = await fetch(`${service.url}/api/v1/changes`, { signal: leave.signal });
      expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
      const events = eventsOf(response);
      expect((await events.next()).value).toMatchObject({ id: expect.stringMatching(/^\d+$/), change: null });
      await changed('One', 10);
      const { value: seen } = await events.next();
      expect(seen).toMatchObject({ change: { id, kind: 'revised', reason: 'text' } });
      leave.abort();
      await changed('Two', 20);
      const again = await fetch(`${service.url}/api/v1/changes?after=0`, { headers: { 'last-event-id': seen!.id! } });
      const rest = eventsOf(again);
      expect((await rest.next()).value!.id).toBe(seen!.id);
      expect((await rest.next()).value!.change!.revision).toBe(seen!.change!.revision + 1);
      await rest.return(undefined);
    });

    it('are refused with what is wrong, or gone', async () => {
      const response = await get('/api/v1/changes?kind=born&source=x&after=-1&colour=red', { 'last-event-id': 'x' });
      expect(response.status).toBe(400);
      const { errors } = (await response.json()) as { errors: { field: string }[] };
      expect(errors.map(({ field }) => field).sort()).toEqual(['Last-Event-ID', 'after', 'colour', 'kind', 'source']);
      const gone = await get('/api/v1/changes?after=999999');
      expect([gone.status, await gone.json()]).toMatchObject([410, { code: 'changes-not-kept' }]);
    });

    it('end when the service stops', async () => {
      const events = eventsOf(await get('/api/v1/changes'));
      await events.next();
      const closing = service.close();
      expect((await events.next()).done).toBe(true);
      await closing;
    });
  });
});
