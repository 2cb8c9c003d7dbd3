import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { type FakeWeb, startFakeWeb } from '@khabar/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DocumentRequest, DocumentFetcher, type FetchSettings, retryAfterMs } from './fetch-document.ts';

const MAX_BYTES = 100_000;
const PAGE = '<rss version="2.0"><channel><title>ख़बर</title></channel></rss>';

describe('fetching a document', () => {
  let web: FakeWeb;
  let documents: DocumentFetcher;

  const settings: FetchSettings = {
    userAgent: 'Khabar/test',
    maxBytes: MAX_BYTES,
    connectTimeoutMs: 2_000,
    idleTimeoutMs: 5_000,
    timeoutMs: 10_000,
    ports: [80, 443],
    allowPrivate: ['127.0.0.0/8'],
  };
  const withSettings = (changed: Partial<FetchSettings>) => {
    documents = new DocumentFetcher({ ...settings, ...changed });
  };
  const fetchUrl = (url: string, request: Partial<DocumentRequest> = {}) =>
    documents.fetch({
      etag: null,
      lastModified: null,
      accept: '*/*',
      signal: new AbortController().signal,
      url,
      ...request,
    });
  const fetchPath = (path: string, request: Partial<DocumentRequest> = {}) => fetchUrl(web.url(path), request);
  const codeOf = (fetching: Promise<unknown>) =>
    fetching.then(
      () => 'fetched',
      (error: { code: string }) => error.code,
    );

  beforeEach(async () => {
    web = await startFakeWeb();
    withSettings({});
  });
  afterEach(async () => {
    await documents.close();
    await web.close();
  });

  it('says who asks and what for, and gives what was answered', async () => {
    web.route('/feed', {
      headers: { 'content-type': 'Application/RSS+XML; charset="UTF-8"' },
      etag: 'W/"1"',
      lastModified: 'Sat, 14 Mar 2026 09:00:00 GMT',
      body: PAGE,
    });
    const response = await fetchPath('/feed#part', { accept: 'application/rss+xml' });
    expect(response).toEqual({
      status: 200,
      finalUrl: web.url('/feed'),
      movedTo: null,
      etag: 'W/"1"',
      lastModified: 'Sat, 14 Mar 2026 09:00:00 GMT',
      contentType: 'Application/RSS+XML; charset="UTF-8"',
      retryAfterMs: null,
      bytes: Buffer.from(PAGE),
    });
    expect(web.requests[0]!.headers).toMatchObject({ 'user-agent': 'Khabar/test', accept: 'application/rss+xml' });
    expect(web.requests[0]!.headers).not.toHaveProperty('if-none-match');
  });

  it('sends the validators it is given and takes "not modified" for an answer', async () => {
    web.route('/feed', { etag: 'W/"1"', lastModified: 'Sat, 14 Mar 2026 09:00:00 GMT', body: PAGE });
    const { etag, lastModified } = await fetchPath('/feed');
    const again = await fetchPath('/feed', { etag, lastModified });
    expect(again).toMatchObject({ status: 304, bytes: null });
    expect(web.requests[1]!.headers).toMatchObject({ 'if-none-match': 'W/"1"', 'if-modified-since': lastModified });
  });

  it.each([404, 410, 429, 500, 503])('gives status %i without a body', async (status) => {
    web.route('/feed', { status, headers: { 'retry-after': '120' }, body: 'no' });
    expect(await fetchPath('/feed')).toMatchObject({ status, bytes: null, retryAfterMs: 120_000 });
  });

  describe('compressed', () => {
    it.each([
      ['gzip', gzipSync(PAGE)],
      ['x-gzip', gzipSync(PAGE)],
      ['deflate', deflateSync(PAGE)],
      ['deflate', deflateRawSync(PAGE)],
      ['br', brotliCompressSync(PAGE)],
      ['zstd', zstdCompressSync(PAGE)],
      ['identity', Buffer.from(PAGE)],
      ['gzip, br', brotliCompressSync(gzipSync(PAGE))],
    ])('by %s is decompressed', async (encoding, body) => {
      web.route('/feed', { headers: { 'content-encoding': encoding }, body });
      expect((await fetchPath('/feed')).bytes?.toString()).toBe(PAGE);
    });

    it.each([
      ['gzip', gzipSync(Buffer.alloc(50_000_000)), 'too-large'],
      ['br', brotliCompressSync(Buffer.alloc(50_000_000)), 'too-large'],
      ['deflate', deflateRawSync(Buffer.alloc(50_000_000)), 'too-large'],
      ['gzip, gzip', gzipSync(gzipSync(Buffer.alloc(50_000_000))), 'too-large'],
      ['gzip', gzipSync(PAGE).subarray(0, 40), 'malformed-response'],
      ['gzip', Buffer.from(PAGE), 'malformed-response'],
      ['deflate', Buffer.from(PAGE), 'malformed-response'],
      ['br', Buffer.from(PAGE), 'malformed-response'],
      ['zstd', Buffer.from(PAGE), 'malformed-response'],
      ['compress', Buffer.from(PAGE), 'unknown-encoding'],
      ['gzip, gzip, gzip, gzip', gzipSync(PAGE), 'unknown-encoding'],
    ])('by %s and hostile or broken is an error', async (encoding, body, code) => {
      web.route('/feed', { headers: { 'content-encoding': encoding }, body });
      expect(await codeOf(fetchPath('/feed'))).toBe(code);
    });
  });

  describe('redirected', () => {
    it('is followed, and permanent redirects from the start are told', async () => {
      web.route('/a', { status: 301, headers: { location: '/b' } });
      web.route('/b', { status: 308, headers: { location: web.url('/c?x=1#y') } });
      web.route('/c', { status: 302, headers: { location: 'd' } });
      web.route('/d', { status: 301, headers: { location: '/e' } });
      web.route('/e', { body: PAGE });
      const { finalUrl, movedTo } = await fetchPath('/a');
      expect([finalUrl, movedTo]).toEqual([web.url('/e'), web.url('/c?x=1')]);
    });

    it.each([302, 303, 307])('for now (%i) is not told as a move', async (status) => {
      web.route('/a', { status, headers: { location: '/b' } });
      web.route('/b', { body: PAGE });
      expect(await fetchPath('/a')).toMatchObject({ finalUrl: web.url('/b'), movedTo: null, status: 200 });
    });

    it('in circles ends', async () => {
      web.route('/a', { status: 302, headers: { location: '/a' } });
      expect(await codeOf(fetchPath('/a'))).toBe('too-many-redirects');
      expect(web.requests).toHaveLength(6);
    });

    it.each(['ftp://127.0.0.1/x', 'file:///etc/hostname', 'data:text/html,x', 'http://', 'http://a b/'])(
      'to %s ends',
      async (location) => {
        web.route('/a', { status: 302, headers: { location } });
        expect(await codeOf(fetchPath('/a'))).toBe('bad-redirect');
      },
    );

    it('without saying where to is an answer like any other', async () => {
      web.route('/a', { status: 302 });
      expect(await fetchPath('/a')).toMatchObject({ status: 302, bytes: null });
    });
  });

  describe('from a hostile server ends', () => {
    it('when the length it declares is too large, before the body is read', async () => {
      web.route('/', { raw: (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\nx') });
      expect(await codeOf(fetchPath('/'))).toBe('too-large');
    });

    it('when its body has no end', async () => {
      web.route('/', {
        raw: (socket) => {
          socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
          const more = () => {
            while (!socket.destroyed && socket.write(`2000\r\n${'x'.repeat(0x2000)}\r\n`));
            if (!socket.destroyed) socket.once('drain', more);
          };
          more();
        },
      });
      expect(await codeOf(fetchPath('/'))).toBe('too-large');
    });

    it('when it drips', async () => {
      withSettings({ timeoutMs: 300 });
      web.route('/', {
        raw: (socket) => {
          socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n');
          const drip = setInterval(() => socket.write('x'), 20);
          socket.once('close', () => clearInterval(drip));
        },
      });
      expect(await codeOf(fetchPath('/'))).toBe('timeout');
    });

    it('when it falls silent before its answer, and in the middle of it', async () => {
      withSettings({ idleTimeoutMs: 100 });
      web.route('/silent', { raw: () => undefined });
      web.route('/half', { raw: (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx') });
      expect(await codeOf(fetchPath('/silent'))).toBe('timeout');
      expect(await codeOf(fetchPath('/half'))).toBe('timeout');
    });

    it.each([
      ['breaks off before the answer', '', 'connection-lost'],
      ['breaks off in the headers', 'HTTP/1.1 200 OK\r\nContent-', 'connection-lost'],
      ['breaks off in the body', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx', 'connection-lost'],
      ['breaks off in a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nx', 'connection-lost'],
      ['speaks no HTTP', '220 mail.example.org ESMTP\r\n', 'malformed-response'],
      ['floods with headers', `HTTP/1.1 200 OK\r\n${'X-A: b\r\n'.repeat(20_000)}\r\n`, 'malformed-response'],
      ['sends one header without end', `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(200_000)}`, 'malformed-response'],
    ])('when it %s', async (_, answer, code) => {
      web.route('/', { raw: (socket) => socket.end(answer) });
      expect(await codeOf(fetchPath('/'))).toBe(code);
    });

    it('when nobody listens', async () => {
      const url = web.url('/');
      await web.close();
      expect(await codeOf(fetchUrl(url))).toBe('connection-refused');
    });

    it('when it speaks no TLS', async () => {
      expect(await codeOf(fetchUrl(web.url('/').replace('http:', 'https:')))).toBe('tls-failed');
    });
  });

  it('breaks off when the service stops, and says so', async () => {
    const stop = new AbortController();
    web.route('/', { after: new Promise(() => undefined) });
    const fetching = codeOf(fetchPath('/', { signal: stop.signal }));
    await web.whenRequested('/');
    stop.abort();
    expect(await fetching).toBe('stopping');
  });

  describe('by the guard of addresses', () => {
    const addressOf = (hostname: string) => web.url('/').replace('127.0.0.1', hostname);

    it.each(['127.0.0.1', '2130706433', '0x7f000001', '0177.0.0.1', '127.1', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]'])(
      'sends nothing to %s',
      async (hostname) => {
        withSettings({ allowPrivate: [] });
        expect(await codeOf(fetchUrl(addressOf(hostname)))).toBe('address-forbidden');
        expect(web.requests).toEqual([]);
      },
    );

    it('sends nothing to a name that leads to a private address', async () => {
      withSettings({ allowPrivate: [], resolve: (_, found) => found(null, [{ address: '127.0.0.1', family: 4 }]) });
      expect(await codeOf(fetchUrl(addressOf('news.example.org')))).toBe('address-forbidden');
      expect(web.requests).toEqual([]);
    });

    it('sends nothing where a redirect leads to a private address', async () => {
      withSettings({ allowPrivate: ['127.0.0.1'] });
      for (const hostname of ['10.0.0.1', '[::1]', '169.254.169.254', '127.0.0.2']) {
        web.route('/', { status: 302, headers: { location: addressOf(hostname) } });
        expect(await codeOf(fetchPath('/'))).toBe('address-forbidden');
      }
      expect(web.requests.map(({ headers }) => headers.host)).toEqual(Array(4).fill(new URL(web.origin).host));
    });

    it('is not fooled by a name that leads elsewhere a moment later', async () => {
      const answers = ['127.0.0.1', '127.0.0.2'];
      withSettings({
        allowPrivate: ['127.0.0.1'],
        resolve: (_, found) => found(null, [{ address: answers.shift()!, family: 4 }]),
      });
      web.route('/', { headers: { connection: 'close' }, body: PAGE });
      expect(await codeOf(fetchUrl(addressOf('news.example.org')))).toBe('fetched');
      expect(await codeOf(fetchUrl(addressOf('news.example.org')))).toBe('address-forbidden');
      expect(web.requests).toHaveLength(1);
    });

    it('takes of several addresses those that are allowed', async () => {
      withSettings({
        allowPrivate: ['127.0.0.1'],
        resolve: (_, found) =>
          found(null, [
            { address: '10.0.0.1', family: 4 },
            { address: '127.0.0.1', family: 4 },
          ]),
      });
      web.route('/', { body: PAGE });
      expect(await codeOf(fetchUrl(addressOf('news.example.org')))).toBe('fetched');
    });

    it('knows of no other ports of public addresses', async () => {
      withSettings({ resolve: (_, found) => found(null, [{ address: '198.41.0.4', family: 4 }]) });
      expect(await codeOf(fetchUrl('http://news.example.org:22/'))).toBe('port-forbidden');
    });

    it('tells a name that there is not from one that is refused', async () => {
      const missing = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
      withSettings({ resolve: (_, found) => found(missing, []) });
      expect(await codeOf(fetchUrl('http://no-such-name.example.org/'))).toBe('dns-failed');
    });
  });
});

describe('Retry-After', () => {
  const now = new Date('2026-03-14T12:00:00Z');

  it.each([
    ['120', 120_000],
    ['Sat, 14 Mar 2026 12:01:00 GMT', 60_000],
    ['Sat, 14 Mar 2026 11:00:00 GMT', 0],
    ['soon', null],
    ['-5', null],
    [null, null],
  ])('of %j is %j ms', (found, expected) => {
    expect(retryAfterMs(found, now)).toBe(expected);
  });
});
