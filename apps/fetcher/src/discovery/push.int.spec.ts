import { rawArticleIdOfGuid, rawArticleIdOfUrl, rawArticleValidator, sourceId } from '@khabar/contracts';
import { type TestDatabase, createTestDatabase } from '@khabar/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FetcherUnderTest, startFetcher } from '../fetcher.fixture.ts';

const ARTICLES = '/api/v1/articles';

describe('a push', () => {
  let database: TestDatabase;
  let fetcher: FetcherUnderTest;

  beforeAll(async () => {
    database = await createTestDatabase();
    fetcher = await startFetcher(database.url, { FETCH_MAX_BYTES: '1MiB' });
  });
  afterAll(async () => {
    await fetcher?.close();
    await database?.drop();
  });

  const push = (body: unknown) => fetcher.call('POST', ARTICLES, body);
  const published = async (rawId: unknown) => (await fetcher.published()).filter(({ id }) => id === rawId);

  it('is on the bus when it is answered', async () => {
    const url = 'https://wire.example.org/7?utm_source=wire';
    const answer = await push({
      ...{ url, html: '<p>Rain at last.</p>', title: 'Rain', language: 'en', externalId: 'w-7', sourceName: 'Wire' },
      ...{ publishedAt: '2026-03-14T07:15:00+05:30', authors: ['Asha Verma'] },
    });
    expect(answer).toMatchObject({
      status: 202,
      json: { rawId: rawArticleIdOfUrl(url), sourceId: sourceId('push', 'Wire') },
    });
    const [raw] = await published(answer.json['rawId']);
    rawArticleValidator.assert(raw);
    expect(raw).toMatchObject({
      ...{ url, mediaType: 'text/html', charset: 'utf-8', http: null, body: '<p>Rain at last.</p>' },
      entry: {
        ...{ guid: 'w-7', link: url, title: 'Rain', content: '<p>Rain at last.</p>', language: 'en' },
        ...{ authors: ['Asha Verma'], published: '2026-03-14T07:15:00+05:30', linkShared: false },
      },
    });
  });

  it('of a whole page is read as a page', async () => {
    const html = '<!doctype html><html><body><h1>Rain</h1></body></html>';
    const { json } = await push({ html, title: 'Rain' });
    expect(await published(json['rawId'])).toMatchObject([{ body: html, entry: { title: 'Rain', content: null } }]);
  });

  it('of a bare text carries nothing but the text', async () => {
    const { json } = await push({ text: 'बारिश आई\n\nआख़िरकार।' });
    expect(await published(json['rawId'])).toMatchObject([
      { body: 'बारिश आई\n\nआख़िरकार।', mediaType: 'text/plain', entry: null, url: null },
    ]);
  });

  it('has the id of its url, else of its source and external id, else of its content', async () => {
    const id = async (body: object) => (await push(body)).json['rawId'];
    const source = sourceId('push', 'push');
    expect(await id({ text: 'One', externalId: '7' })).toBe(rawArticleIdOfGuid(source, '7'));
    expect(await id({ text: 'Two', externalId: '7' })).toBe(rawArticleIdOfGuid(source, '7'));
    expect(await id({ text: 'Same', title: 'T' })).toBe(await id({ text: 'Same', title: 'T' }));
    expect(await id({ text: 'Other', title: 'T' })).not.toBe(await id({ text: 'Same', title: 'T' }));
    expect(await id({ text: 'One', externalId: '7', sourceName: 'Wire' })).not.toBe(rawArticleIdOfGuid(source, '7'));
  });

  it('makes its source, which counts and can be paused', async () => {
    await push({ text: 'One', sourceName: 'Counted' });
    await push({ text: 'Two', sourceName: 'Counted' });
    const id = sourceId('push', 'Counted');
    expect(await fetcher.source(id)).toMatchObject({
      ...{ kind: 'push', name: 'Counted', url: null, path: null, nextPollAt: null, state: 'active' },
      counters: { published: 2 },
    });
    await fetcher.call('PATCH', `/api/v1/sources/${id}`, { paused: true });
    expect(await push({ text: 'Three', sourceName: 'Counted' })).toMatchObject({
      status: 409,
      json: { code: 'source-paused' },
    });
    await fetcher.call('PATCH', `/api/v1/sources/${id}`, { paused: false });
    expect((await push({ text: 'Three', sourceName: 'Counted' })).status).toBe(202);
    expect((await fetcher.source(id)).nextPollAt).toBeNull();
    expect(await fetcher.call('POST', `/api/v1/sources/${id}/poll`)).toMatchObject({ status: 409 });
  });

  it('over the limit is too large, whether as an article, as an event or as a request', async () => {
    const tooLarge = { status: 413, type: expect.stringContaining('application/problem+json') };
    expect(await push({ text: 'x'.repeat(1024 * 1024 + 1) })).toMatchObject({
      ...tooLarge,
      json: { code: 'too-large' },
    });
    expect((await push({ text: 'x'.repeat(1024 * 1024) })).status).toBe(202);
    expect(await push({ text: 'x'.repeat(17 * 1024 * 1024) })).toMatchObject(tooLarge);
  });

  it.each([
    [{}, 'either html or text'],
    [{ html: 'a', text: 'b' }, 'either html or text'],
    [{ text: 'a', url: 'nonsense' }, 'url'],
    [{ text: 'a', publishedAt: 'yesterday' }, 'publishedAt'],
    [{ text: '' }, '/text'],
    [{ text: 'a', authors: 'Asha' }, '/authors'],
    [{ text: 'a', colour: 'red' }, 'colour'],
    [null, ''],
  ])('of %j is refused with what is wrong', async (body, detail) => {
    const { status, json } = await push(body);
    expect(status).toBe(400);
    expect(json['detail']).toContain(detail);
  });
});
