import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sourceId } from '@khabar/contracts';
import { parseOpml } from '@khabar/feeds';
import { type TestDatabase, createTestDatabase, eventually } from '@khabar/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FetcherUnderTest, startFetcher } from '../fetcher.fixture.ts';

const SOURCES = '/api/v1/sources';
const OPML = { 'content-type': 'text/x-opml' };

describe('the API of sources', () => {
  let database: TestDatabase;
  let fetcher: FetcherUnderTest;
  let root: string;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'khabar-sources-'));
    await mkdir(join(root, 'inbox'));
    await writeFile(join(root, 'one.txt'), 'One');
    await symlink('/etc', join(root, 'etc'));
    await writeFile(join(root, '.env'), 'API_KEY=secret');
    for (const folder of ['data', '.git', 'node_modules/some-package']) {
      await mkdir(join(root, folder), { recursive: true });
      await writeFile(join(root, folder, 'password'), 'secret');
    }
    await symlink(join(root, '.env'), join(root, 'harmless.txt'));
    await symlink(join(root, 'data'), join(root, 'harmless'));
    database = await createTestDatabase();
    // Nothing outside is reached: no port of a public address is open, and feeds are on private ones.
    fetcher = await startFetcher(database.url, {
      FETCH_FOLDERS_ROOT: root,
      KHABAR_DATA: join(root, 'data'),
      FETCH_ALLOW_PRIVATE: '',
      POLL_CONCURRENCY: '1',
    });
  });
  beforeEach(() => fetcher.database.query('DELETE FROM fetcher.source'));
  afterAll(async () => {
    await fetcher?.close();
    await database?.drop();
    await rm(root, { recursive: true, force: true });
  });

  const post = (body: unknown) => fetcher.call('POST', SOURCES, body);
  const feedUrl = (name: string | number) => `http://10.0.0.1/${name}`;

  it('adds a feed once, however its address is written', async () => {
    const added = await post({
      url: 'HTTP://10.0.0.1:80/feed?utm_source=x#top',
      title: 'Mine',
      language: 'hi',
      category: '/IN',
    });
    expect(added.status).toBe(201);
    expect(added.json).toMatchObject({
      id: sourceId('feed', feedUrl('feed')),
      kind: 'feed',
      url: 'http://10.0.0.1/feed?utm_source=x',
      ...{ title: 'Mine', language: 'hi', category: '/IN', state: 'active', intervalSeconds: 3600 },
    });
    const again = await post({ url: feedUrl('feed'), title: 'Other' });
    expect(again).toMatchObject({ status: 200, json: { id: added.json['id'], title: 'Mine' } });
    expect((await fetcher.call('GET', SOURCES)).json).toMatchObject({ total: 1, nextCursor: null });
  });

  it('adds folders and files of the workspace under their path in it', async () => {
    expect(await post({ path: './inbox/' })).toMatchObject({
      status: 201,
      json: { kind: 'folder', path: 'inbox', url: null },
    });
    expect(await post({ path: join(root, 'inbox') })).toMatchObject({ status: 200 });
    expect(await post({ path: 'one.txt' })).toMatchObject({ status: 201, json: { kind: 'file', path: 'one.txt' } });
    expect(await post({ path: '.' })).toMatchObject({ status: 201, json: { kind: 'folder', path: '.' } });
  });

  it('publishes a file that is a source under its name', async () => {
    await writeFile(join(root, 'two.txt'), 'Two');
    const source = await fetcher.add({ path: 'two.txt' });
    const raws = await eventually(async () => {
      const found = (await fetcher.published()).filter(({ sourceId: of }) => of === source.id);
      return found.length > 0 && found;
    });
    expect(raws).toMatchObject([{ path: 'two.txt', body: 'Two', mediaType: 'text/plain' }]);
  });

  it('publishes of the whole workspace neither its own data nor what is hidden or installed', async () => {
    const { id } = await fetcher.add({ path: '.' });
    await eventually(async () => (await fetcher.source(id)).counters.polls > 0);
    const found = (await fetcher.published()).filter(({ sourceId: of }) => of === id);
    expect(found.map(({ path }) => path)).toContain('one.txt');
    expect(found.filter(({ path, body }) => /password|env/.test(path!) || body!.includes('secret'))).toEqual([]);
  });

  it('refuses at each poll what has become a way to what is hidden', async () => {
    await writeFile(join(root, 'letter.txt'), 'Letter');
    const { id } = await fetcher.add({ path: 'letter.txt' });
    await eventually(async () => (await fetcher.source(id)).counters.published === 1);
    await rm(join(root, 'letter.txt'));
    await symlink(join(root, '.env'), join(root, 'letter.txt'));
    await fetcher.poll(id);
    const source = await eventually(async () => {
      const now = await fetcher.source(id);
      return now.state === 'failing' && now;
    });
    expect(source).toMatchObject({ lastError: { code: 'forbidden-path' }, counters: { published: 1 } });
  });

  it.each([
    ['../outside', 'outside-workspace'],
    ['/etc', 'outside-workspace'],
    ['/etc/hostname', 'outside-workspace'],
    ['etc', 'outside-workspace'],
    ['etc/hostname', 'outside-workspace'],
    ['inbox/../..', 'outside-workspace'],
    ['no/such/folder', 'path-missing'],
    ['.env', 'forbidden-path'],
    ['inbox/../.env', 'forbidden-path'],
    ['harmless.txt', 'forbidden-path'],
    ['data', 'forbidden-path'],
    ['data/password', 'forbidden-path'],
    ['harmless/password', 'forbidden-path'],
    ['.git', 'forbidden-path'],
    ['.git/password', 'forbidden-path'],
    ['node_modules', 'forbidden-path'],
    ['node_modules/some-package/password', 'forbidden-path'],
  ])('reads nothing outside the workspace and nothing hidden, of its own or not there: %s', async (path, code) => {
    expect(await post({ path })).toMatchObject({
      status: 422,
      type: expect.stringContaining('problem+json'),
      json: { code },
    });
  });

  it.each([
    [{}, 'either a url, a path or a name'],
    [{ url: feedUrl(1), path: 'inbox' }, 'either a url, a path or a name'],
    [{ url: feedUrl(1), kind: 'folder' }, 'A folder has no url'],
    [{ path: 'inbox', kind: 'feed' }, 'no path'],
    [{ name: 'x' }, 'Only a source of kind push'],
    [{ url: 7 }, '/url'],
    [{ url: feedUrl(1), intervalSeconds: 0 }, '/intervalSeconds'],
    [{ url: feedUrl(1), language: 'klingon language' }, '/language'],
    [{ url: feedUrl(1), title: 'nul\0' }, '/title'],
    [{ url: feedUrl(1), colour: 'red' }, 'colour'],
    ['not json', 'JSON'],
  ])('refuses %j with what is wrong', async (body, detail) => {
    const { status, type, json } = await fetcher.call('POST', SOURCES, body, { 'content-type': 'application/json' });
    expect({ status, type }).toEqual({ status: 400, type: expect.stringContaining('application/problem+json') });
    expect(json['detail']).toContain(detail);
  });

  it.each(['ftp://example.org/feed', 'news', 'https://user:secret@example.org/feed', 'javascript:alert(1)', ''])(
    'refuses the address %j, and repeats no password',
    async (url) => {
      const answer = await post({ url });
      expect(answer).toMatchObject({ status: 422, json: { code: 'invalid-url' } });
      expect(answer.text).not.toContain('secret');
    },
  );

  it('lists all of them page by page, in the order of their arrival', async () => {
    for (let at = 0; at < 7; at += 1) await post({ url: feedUrl(at) });
    const seen: unknown[] = [];
    for (let cursor: unknown = ''; cursor !== null;) {
      const { json } = await fetcher.call('GET', `${SOURCES}?limit=3&cursor=${cursor}`);
      expect(json['total']).toBe(7);
      seen.push(...(json['items'] as { url: string }[]).map(({ url }) => url));
      cursor = json['nextCursor'];
    }
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6].map(feedUrl));
  });

  it.each(['limit=0', 'limit=x', 'limit=501', 'cursor=nonsense', 'cursor=MjAyNiB4'])(
    'refuses the page %s',
    async (query) => {
      expect((await fetcher.call('GET', `${SOURCES}?${query}`)).status).toBe(400);
    },
  );

  it('pauses, resumes and renames a source', async () => {
    const { id } = await fetcher.add({ url: feedUrl(1) });
    const change = (body: unknown) => fetcher.call('PATCH', `${SOURCES}/${id}`, body);
    expect(await change({ paused: true, title: 'Later' })).toMatchObject({
      status: 200,
      json: { state: 'paused', title: 'Later', nextPollAt: null },
    });
    expect(await fetcher.call('POST', `${SOURCES}/${id}/poll`)).toMatchObject({
      status: 409,
      json: { code: 'not-polled' },
    });
    const resumed = await change({ paused: false, title: null });
    expect(resumed.json).toMatchObject({ title: null, nextPollAt: expect.any(String) });
    expect(await change({ paused: 'yes' })).toMatchObject({ status: 400 });
    expect(await change({ address: 'http://10.0.0.2/' })).toMatchObject({ status: 400 });
  });

  it('holds a shorter interval from now on', async () => {
    const { id } = await fetcher.add({ url: feedUrl(1), intervalSeconds: 86_400 });
    await eventually(async () => (await fetcher.source(id)).counters.polls === 1);
    const { json } = await fetcher.call('PATCH', `${SOURCES}/${id}`, { intervalSeconds: 600 });
    expect(json['intervalSeconds']).toBe(600);
    expect(Date.parse(json['nextPollAt'] as string)).toBeLessThanOrEqual(Date.now() + 600_000);
  });

  it('knows no source by another id', async () => {
    for (const id of ['5c3b5599-a829-52f1-8000-000000000000', 'x', '%2e%2e']) {
      for (const [method, path] of [
        ['GET', ''],
        ['DELETE', ''],
        ['POST', '/poll'],
      ] as const) {
        expect(await fetcher.call(method, `${SOURCES}/${id}${path}`)).toMatchObject({ status: 404 });
      }
    }
    expect((await fetcher.call('PATCH', `${SOURCES}/5c3b5599-a829-52f1-8000-000000000000`, {})).status).toBe(404);
  });

  it('describes itself in OpenAPI', async () => {
    const { json } = await fetcher.call('GET', '/api/openapi.json');
    expect(json).toMatchObject({ openapi: '3.1.0' });
    expect(Object.keys(json['paths'] as object).sort()).toEqual([
      '/api/v1/articles',
      '/api/v1/sources',
      '/api/v1/sources/opml',
      '/api/v1/sources/{id}',
      '/api/v1/sources/{id}/poll',
    ]);
    const paths = json['paths'] as Record<string, Record<string, { responses: Record<string, { content?: object }> }>>;
    const problems = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { responses }]) =>
        Object.entries(responses)
          .filter(([, { content }]) => content !== undefined && 'application/problem+json' in content)
          .map(([status]) => `${method} ${path} ${status}`),
      ),
    );
    expect(problems.sort()).toEqual([
      'delete /api/v1/sources/{id} 404',
      'get /api/v1/sources 400',
      'get /api/v1/sources/{id} 404',
      'patch /api/v1/sources/{id} 400',
      'patch /api/v1/sources/{id} 404',
      'patch /api/v1/sources/{id} 413',
      'post /api/v1/articles 400',
      'post /api/v1/articles 409',
      'post /api/v1/articles 413',
      'post /api/v1/sources 400',
      'post /api/v1/sources 413',
      'post /api/v1/sources 422',
      'post /api/v1/sources/opml 413',
      'post /api/v1/sources/opml 415',
      'post /api/v1/sources/opml 422',
      'post /api/v1/sources/{id}/poll 404',
      'post /api/v1/sources/{id}/poll 409',
    ]);
  });

  describe('in OPML', () => {
    const opml = (outlines: string) =>
      `<opml version="2.0"><head><title>Mine</title></head><body>${outlines}</body></opml>`;
    const imported = (body: string | Buffer, headers = OPML) => fetcher.call('POST', `${SOURCES}/opml`, body, headers);

    it('come in with all that is said of them, and go out as they came', async () => {
      const list = opml(`<outline text="India">
        <outline text="एक &amp; दो" type="rss" xmlUrl="${feedUrl('a?x=1&amp;y=2')}" htmlUrl="http://10.0.0.1/" language="hi"/>
        <outline text="B" xmlUrl="${feedUrl('b')}" category="/News,/World"/></outline>`);
      expect((await imported(list)).json).toEqual({ added: 2, existing: 0, failed: [] });
      const { type, text } = await fetcher.call('GET', `${SOURCES}/opml`);
      expect(type).toContain('text/x-opml');
      const { feeds } = parseOpml(Buffer.from(text));
      expect(feeds.sort((a, b) => (a.xmlUrl < b.xmlUrl ? -1 : 1))).toEqual(parseOpml(Buffer.from(list)).feeds);
      expect((await imported(text)).json).toEqual({ added: 0, existing: 2, failed: [] });
    });

    it('come in by the thousand, those once that are there twice, with a report of the rest', async () => {
      const good = Array.from({ length: 2500 }, (_, at) => `<outline text="${at}" xmlUrl="${feedUrl(at)}"/>`);
      const bad = ['<outline text="x" xmlUrl="ftp://10.0.0.1/"/>', '<outline text="y" xmlUrl="nonsense"/>'];
      const report = (await imported(opml([...good, ...bad, good[0]].join('')))).json;
      expect(report).toMatchObject({ added: 2500, existing: 1 });
      expect(report['failed']).toEqual([
        { url: 'ftp://10.0.0.1/', reason: 'A feed needs an absolute http or https address' },
        { url: 'nonsense', reason: 'A feed needs an absolute http or https address' },
      ]);
      expect((await fetcher.call('GET', SOURCES)).json['total']).toBe(2500);
    });

    it('go out as an empty list when there are none', async () => {
      const { status, text } = await fetcher.call('GET', `${SOURCES}/opml`);
      expect({ status, feeds: parseOpml(Buffer.from(text)).feeds }).toEqual({ status: 200, feeds: [] });
    });

    it('are read in the charset that the document declares', async () => {
      const list = opml(`<outline text="Новости" xmlUrl="${feedUrl('ru')}"/>`);
      const bytes = Buffer.from(
        `<?xml version="1.0" encoding="windows-1251"?>${list}`.replace('Новости', '@@'),
        'latin1',
      );
      const at = bytes.indexOf('@@');
      const title = Buffer.from([0xcd, 0xee, 0xe2, 0xee, 0xf1, 0xf2, 0xe8]);
      const encoded = Buffer.concat([bytes.subarray(0, at), title, bytes.subarray(at + 2)]);
      expect((await imported(encoded, { 'content-type': 'application/xml' })).json).toMatchObject({ added: 1 });
      const { json } = await fetcher.call('GET', SOURCES);
      expect(json['items']).toMatchObject([{ title: 'Новости' }]);
    });

    it.each(['', '<html></html>', 'feeds'])('are not what %j is', async (body) => {
      expect(await imported(body)).toMatchObject({ status: 422, json: { code: 'not-opml' } });
    });

    it('are not taken as JSON', async () => {
      expect(await fetcher.call('POST', `${SOURCES}/opml`, { opml: true })).toMatchObject({ status: 415 });
    });
  });
});
