import { isEntryOnly, rawArticleIdOfGuid, rawArticleIdOfUrl, rawArticleValidator, sourceId } from '@khabar/contracts';
import { type FakeWeb, type TestDatabase, createTestDatabase, eventually, startFakeWeb } from '@khabar/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FetcherUnderTest, startFetcher } from '../fetcher.fixture.ts';

interface Item {
  readonly name: string;
  readonly text?: string;
  readonly title?: string;
  readonly guid?: string;
}

function rss(items: readonly Item[], extra = ''): string {
  const written = items.map(
    ({ name, text = `Text of ${name}.`, title = `Title of ${name}`, guid = name }) =>
      `<item><title>${title}</title><link>https://news.example.org/${name}</link>
        <guid isPermaLink="false">${guid}</guid><description>${text}</description></item>`,
  );
  return `<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><link>https://news.example.org/</link>
    <language>en</language>${written.join('')}${extra}</channel></rss>`;
}

const ABC = [{ name: 'a' }, { name: 'b' }, { name: 'c' }];

describe('polling a feed', () => {
  let database: TestDatabase;
  let web: FakeWeb;
  let fetcher: FetcherUnderTest;
  let feed: string;
  let feeds = 0;

  beforeAll(async () => {
    [database, web] = await Promise.all([createTestDatabase(), startFakeWeb()]);
    fetcher = await startFetcher(database.url);
  });
  beforeEach(() => {
    feeds += 1;
    feed = `/feed/${feeds}.xml`;
  });
  afterAll(async () => {
    await fetcher?.close();
    await web?.close();
    await database?.drop();
  });

  const addFeed = () => fetcher.add({ url: web.url(feed) });
  /** Resolves with the source when so many polls of it have ended. */
  const polled = (id: string, polls: number) =>
    eventually(async () => {
      const source = await fetcher.source(id);
      return source.counters.polls >= polls ? source : null;
    });
  const pollAgain = async (id: string) => {
    const { counters } = await fetcher.source(id);
    await fetcher.poll(id);
    return polled(id, counters.polls + 1);
  };
  const published = async (id: string) => (await fetcher.published()).filter(({ sourceId: of }) => of === id);
  const publishedNames = async (id: string) => (await published(id)).map(({ entry }) => entry?.guid).sort();
  const lostLeases = async () =>
    Number(/^khabar_fetcher_lost_leases_total\{.*\} (\d+)$/m.exec(await fetcher.metrics())?.[1]);

  it('publishes each entry once over two polls, as raw articles of the contract', async () => {
    web.route(feed, { body: rss(ABC) });
    const { id } = await addFeed();
    const source = await polled(id, 1);
    expect(source).toMatchObject({
      state: 'active',
      title: 'News',
      siteUrl: 'https://news.example.org/',
      lastStatus: 200,
    });
    const second = await pollAgain(id);
    expect(second.counters).toEqual({ polls: 2, unchanged: 0, failures: 0, published: 3, rejected: 0 });
    expect(web.requestsFor(feed)).toHaveLength(2);

    const raws = await published(id);
    expect(raws).toHaveLength(3);
    for (const raw of raws) rawArticleValidator.assert(raw);
    const a = raws.find(({ entry }) => entry?.guid === 'a')!;
    expect(a).toMatchObject({
      id: rawArticleIdOfUrl('https://news.example.org/a'),
      sourceId: sourceId('feed', web.url(feed)),
      url: 'https://news.example.org/a',
      http: null,
      mediaType: 'text/html',
      body: 'Text of a.',
      entry: { title: 'Title of a', language: 'en', feedTitle: 'News' },
    });
    expect(isEntryOnly(a)).toBe(true);
  });

  it('asks with the validators of the last answer, and a 304 changes nothing but the schedule', async () => {
    web.route(feed, { body: rss(ABC), etag: 'W/"7"', lastModified: 'Sat, 14 Mar 2026 09:00:00 GMT' });
    const { id } = await addFeed();
    const first = await polled(id, 1);
    const second = await pollAgain(id);
    expect(web.requestsFor(feed)[1]!.headers).toMatchObject({
      'if-none-match': 'W/"7"',
      'if-modified-since': 'Sat, 14 Mar 2026 09:00:00 GMT',
    });
    expect(second).toMatchObject({ lastStatus: 304, counters: { polls: 2, unchanged: 1, published: 3 } });
    expect(second.nextPollAt! > first.polledAt!).toBe(true);
    await pollAgain(id);
    expect(web.requestsFor(feed)[2]!.headers).toMatchObject({ 'if-none-match': 'W/"7"' });
    expect(await publishedNames(id)).toEqual(['a', 'b', 'c']);
  });

  it('publishes a changed entry again, under its id and with another hash, and one that only counts clicks not', async () => {
    const link = (campaign: string) =>
      `&lt;a href="https://news.example.org/x?utm_campaign=${campaign}"&gt;more&lt;/a&gt;`;
    web.route(feed, { body: rss([{ name: 'a' }, { name: 'b', text: link('one') }]) });
    const { id } = await addFeed();
    await polled(id, 1);
    web.route(feed, {
      body: rss([
        { name: 'a', text: 'Corrected.' },
        { name: 'b', text: link('two') },
      ]),
    });
    await pollAgain(id);
    web.route(feed, { body: rss([{ name: 'a' }, { name: 'b', text: link('two') }]) });
    await pollAgain(id);
    const forms = (await published(id)).filter(({ entry }) => entry?.guid === 'a');
    expect(forms.map(({ body }) => body)).toEqual(['Text of a.', 'Corrected.', 'Text of a.']);
    expect(new Set(forms.map(({ id: rawId }) => rawId)).size).toBe(1);
    expect(new Set(forms.map(({ contentHash }) => contentHash)).size).toBe(2);
    expect(await publishedNames(id)).toEqual(['a', 'a', 'a', 'b']);
  });

  it('puts an entry without link, guid and title among the dead letters, once, and its neighbours on the topic', async () => {
    web.route(feed, { body: rss(ABC, '<item><description>Something happened.</description></item>') });
    const { id } = await addFeed();
    await polled(id, 1);
    const source = await pollAgain(id);
    expect(source.counters).toMatchObject({ published: 3, rejected: 1 });
    const dead = (await fetcher.rejected()).filter(({ input }) => input.sourceId === id);
    expect(dead).toHaveLength(1);
    expect(dead[0]!.reason).toMatchObject({
      code: 'entry-without-identity',
      service: 'fetcher',
      origin: null,
      attempts: 1,
    });
    expect(dead[0]!.input).toMatchObject({ sourceId: id, url: web.url(feed), path: null });
    expect(JSON.parse(Buffer.from(dead[0]!.input.head, 'base64').toString())).toMatchObject({
      summary: 'Something happened.',
    });
    expect(await fetcher.metrics()).toContain(
      'khabar_fetcher_rejected_total{code="entry-without-identity",service="fetcher"} 1',
    );
  });

  it('keeps the entries of a live ticker apart, of which each poll shows only the latest', async () => {
    const [g1, g2] = [1, 2].map((at) => ({ name: 'live', guid: `g${at}`, title: `Goal ${at}`, text: `Text ${at}` }));
    web.route(feed, { body: rss([g1!]) }, { body: rss([g2!, g1!]) }, { body: rss([g2!]) });
    const { id } = await addFeed();
    await polled(id, 1);
    await pollAgain(id);
    await pollAgain(id);
    const raws = (await published(id)).map((raw) => [raw.body, raw.id, raw.entry?.linkShared]);
    expect(raws.sort()).toEqual([
      ['Text 1', rawArticleIdOfUrl('https://news.example.org/live'), false],
      ['Text 2', rawArticleIdOfGuid(id, 'g2'), true],
    ]);
  });

  it('remembers the guids of a feed that changes them all, and makes no new articles of it', async () => {
    const renamed = (prefix: string) => ['a', 'b'].map((name) => ({ name, guid: `${prefix}${name}` }));
    const corrected = [{ name: 'a', guid: 'v2-a', title: 'Corrected' }, renamed('v2-')[1]!];
    web.route(feed, { body: rss(renamed('v1-')) }, { body: rss(renamed('v2-')) }, { body: rss(corrected) });
    const { id } = await addFeed();
    await polled(id, 1);
    await pollAgain(id);
    await pollAgain(id);
    const [a, b] = ['a', 'b'].map((name) => rawArticleIdOfUrl(`https://news.example.org/${name}`));
    expect((await published(id)).map((raw) => raw.id).sort()).toEqual([a, a, a, b, b].sort());
  });

  it('over the limit fails, and puts its beginning among the dead letters, once', async () => {
    const text = 'long '.repeat(1_200_000);
    web.route(feed, { body: rss([{ name: 'a', text }]) }, { body: rss([{ name: 'a', text }]) }, { body: rss(ABC) });
    const { id } = await addFeed();
    const failing = await polled(id, 1);
    expect(failing).toMatchObject({ state: 'failing', lastError: { code: 'too-large' }, counters: { rejected: 1 } });
    expect((await pollAgain(id)).counters).toMatchObject({ failures: 2, rejected: 1 });
    expect((await pollAgain(id)).counters).toMatchObject({ failures: 2, rejected: 1, published: 3 });
    const rejected = (await fetcher.rejected()).filter(({ input }) => input.sourceId === id);
    expect(rejected).toMatchObject([
      {
        reason: { code: 'too-large' },
        input: {
          ...{ url: web.url(feed), path: null, bytes: null, sha256: null },
          head: Buffer.from(rss([{ name: 'a', text }]))
            .subarray(0, 65_536)
            .toString('base64'),
        },
      },
    ]);
  });

  it('loses nothing when it dies between the bus and the database: the poll is repeated', async () => {
    const gate = Promise.withResolvers<void>();
    web.route(feed, { body: rss(ABC), etag: '"1"', after: gate.promise });
    const { id } = await addFeed();
    await web.whenRequested(feed);
    await fetcher.database.transaction(async (transaction) => {
      // The row is held, so that the poll comes no further than to publish.
      await transaction.query('SELECT 1 FROM fetcher.source WHERE id = $1 FOR UPDATE', [id]);
      gate.resolve();
      await eventually(async () => (await published(id)).length === 3);
      // As if its fetcher had died there and the lease had lapsed.
      await transaction.query('UPDATE fetcher.source SET lease_token = NULL, lease_until = NULL WHERE id = $1', [id]);
    });
    const source = await polled(id, 1);
    expect(web.requestsFor(feed)[1]!.headers).not.toHaveProperty('if-none-match');
    expect(source.counters).toMatchObject({ polls: 1, published: 3 });
    expect(await publishedNames(id)).toEqual(['a', 'a', 'b', 'b', 'c', 'c']);
    const forms = (await published(id)).map(({ id: rawId, contentHash }) => `${rawId} ${contentHash}`);
    expect(new Set(forms).size).toBe(3);
    expect((await pollAgain(id)).counters).toMatchObject({ unchanged: 1, published: 3 });
  });

  it('writes nothing when its lease went to another', async () => {
    const lostBefore = await lostLeases();
    const gate = Promise.withResolvers<void>();
    web.route(feed, { body: rss(ABC), etag: '"1"', after: gate.promise });
    const { id } = await addFeed();
    await web.whenRequested(feed);
    await fetcher.database.query(
      `UPDATE fetcher.source SET lease_token = gen_random_uuid(), lease_until = now() + interval '1 hour' WHERE id = $1`,
      [id],
    );
    gate.resolve();
    await eventually(async () => (await lostLeases()) === lostBefore + 1);
    const [row] = await fetcher.database.query(
      'SELECT etag, poll_count, fetched_at FROM fetcher.source WHERE id = $1',
      [id],
    );
    expect(row).toEqual({ etag: null, poll_count: 0, fetched_at: null });
    expect(await fetcher.database.query('SELECT 1 FROM fetcher.announced WHERE source_id = $1', [id])).toEqual([]);
  });

  it('shares sources with a second fetcher, so that none is polled by both', async () => {
    const paths = Array.from({ length: 40 }, (_, at) => `${feed}/${at}`);
    for (const path of paths) web.route(path, { body: rss([{ name: path.replaceAll('/', '-') }]) });
    await using second = await startFetcher(database.url);
    const sources = await Promise.all(
      paths.map((path, at) => (at % 2 === 0 ? fetcher : second).add({ url: web.url(path) })),
    );
    await Promise.all(sources.map(({ id }) => polled(id, 1)));
    expect(paths.map((path) => web.requestsFor(path).length)).toEqual(paths.map(() => 1));
    expect((await fetcher.published()).filter(({ url }) => url?.includes('-'))).toHaveLength(40);
  });

  it('says in plain words what is wrong, backs off, and recovers by itself', async () => {
    web.route(feed, { status: 503, headers: { 'retry-after': '7200' } }, { body: rss(ABC) });
    const { id } = await addFeed();
    const failing = await polled(id, 1);
    const host = new URL(web.origin).host;
    expect(failing).toMatchObject({
      state: 'failing',
      lastStatus: 503,
      fetchedAt: null,
      lastError: { code: 'http-503', message: `${host} is overloaded or being repaired (HTTP 503)` },
    });
    expect(Date.parse(failing.nextPollAt!) - Date.parse(failing.polledAt!)).toBeGreaterThanOrEqual(7_200_000);
    const sound = await pollAgain(id);
    expect(sound).toMatchObject({ state: 'active', failingSince: null, counters: { failures: 1, published: 3 } });
    expect(sound.lastError?.code).toBe('http-503');
  });

  it.each([
    [{ status: 404 }, 'http-404'],
    [{ body: '<html><body>No feed</body></html>' }, 'not-a-feed'],
    [{ body: '' }, 'empty-feed'],
    [{ status: 302, headers: { location: 'http://10.0.0.1/' } }, 'address-forbidden'],
    [{ status: 302, headers: { location: '?' } }, 'too-many-redirects'],
  ])('is failing after %j', async (answer, code) => {
    web.route(feed, { etag: '"1"', ...answer });
    const { id } = await addFeed();
    expect(await polled(id, 1)).toMatchObject({ state: 'failing', lastError: { code } });
    const [row] = await fetcher.database.query('SELECT etag FROM fetcher.source WHERE id = $1', [id]);
    expect(row).toEqual({ etag: null });
  });

  it('ends with 410, and begins again when it is asked to', async () => {
    web.route(feed, { status: 410 }, { body: rss(ABC) });
    const { id } = await addFeed();
    expect(await polled(id, 1)).toMatchObject({ state: 'gone', nextPollAt: null, lastError: { code: 'gone' } });
    expect(await pollAgain(id)).toMatchObject({ state: 'active', counters: { published: 3 } });
  });

  it('goes where a permanent redirect leads, and back where that fails', async () => {
    web.route(feed, { status: 301, headers: { location: `${feed}/new` } });
    web.route(`${feed}/new`, { body: rss(ABC) }, { body: rss(ABC) }, { status: 500 }, { body: rss(ABC) });
    const { id } = await addFeed();
    expect(await polled(id, 1)).toMatchObject({ id, url: web.url(feed), movedTo: web.url(`${feed}/new`) });
    await pollAgain(id);
    expect(web.requestsFor(feed)).toHaveLength(1);
    expect(web.requestsFor(`${feed}/new`)).toHaveLength(2);
    expect(await pollAgain(id)).toMatchObject({ state: 'failing', movedTo: null });
    await pollAgain(id);
    expect(web.requestsFor(feed)).toHaveLength(2);
    expect(await publishedNames(id)).toEqual(['a', 'b', 'c']);
  });

  it('is polled at its interval without being asked', async () => {
    web.route(feed, { body: rss(ABC) });
    const { id } = await fetcher.add({ url: web.url(feed), intervalSeconds: 1 });
    await polled(id, 2);
    expect(await publishedNames(id)).toEqual(['a', 'b', 'c']);
  });

  it('breaks its fetch off when the service stops, and leaves the source due', async () => {
    web.route(feed, { after: new Promise(() => undefined) });
    const { id } = await addFeed();
    await web.whenRequested(feed);
    await fetcher.close();
    web.route(feed, { body: rss(ABC) });
    fetcher = await startFetcher(database.url);
    expect(await polled(id, 1)).toMatchObject({ state: 'active', counters: { polls: 1, failures: 0, published: 3 } });
  });

  it('forgets what it does when its source is removed under it', async () => {
    const lostBefore = await lostLeases();
    const gate = Promise.withResolvers<void>();
    web.route(feed, { body: rss(ABC), after: gate.promise });
    const { id } = await addFeed();
    await web.whenRequested(feed);
    expect((await fetcher.call('DELETE', `/api/v1/sources/${id}`)).status).toBe(204);
    gate.resolve();
    await eventually(async () => (await lostLeases()) === lostBefore + 1);
    expect(await fetcher.database.query('SELECT 1 FROM fetcher.announced WHERE source_id = $1', [id])).toEqual([]);
  });
});
