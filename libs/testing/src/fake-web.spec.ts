import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startFakeWeb, type FakeWeb } from './fake-web.ts';

const HTTP_DATE = 'Sun, 03 Jan 2021 00:00:00 GMT';

describe('the fake web', () => {
  let web: FakeWeb;
  beforeEach(async () => {
    web = await startFakeWeb();
  });
  afterEach(() => web.close());

  it('serves what was scripted, and 404 for the rest', async () => {
    web.route('/feed.xml', { headers: { 'content-type': 'application/rss+xml' }, body: '<rss/>' });
    const response = await fetch(web.url('/feed.xml?page=2'));
    expect(response.headers.get('content-type')).toBe('application/rss+xml');
    expect(await response.text()).toBe('<rss/>');
    expect((await fetch(web.url('/other'))).status).toBe(404);
  });

  it('gives a sequence of answers one by one and then stays with the last', async () => {
    web.route('/', { status: 500 }, { status: 429 }, { status: 200 });
    const statuses = [];
    for (let i = 0; i < 4; i += 1) statuses.push((await fetch(web.url('/'))).status);
    expect(statuses).toEqual([500, 429, 200, 200]);
  });

  it('prefers a route with the very query', async () => {
    web.route('/page', { body: 'any' });
    web.route('/page?id=1', { body: 'one' });
    expect(await (await fetch(web.url('/page?id=1'))).text()).toBe('one');
    expect(await (await fetch(web.url('/page?id=2'))).text()).toBe('any');
  });

  it.each([
    ['the same ETag', { 'if-none-match': '"a"' }, 304],
    ['the same ETag, weak, in a list', { 'if-none-match': '"x", W/"a"' }, 304],
    ['another ETag', { 'if-none-match': '"b"' }, 200],
    ['another ETag although the date is the same', { 'if-none-match': '"b"', 'if-modified-since': HTTP_DATE }, 200],
    ['the same date', { 'if-modified-since': HTTP_DATE }, 304],
    ['an older date', { 'if-modified-since': 'Sat, 02 Jan 2021 00:00:00 GMT' }, 200],
  ])('answers a conditional request with %s', async (_, headers, status) => {
    web.route('/', { etag: '"a"', lastModified: HTTP_DATE, body: 'text' });
    const response = await fetch(web.url('/'), { headers });
    expect(response.status).toBe(status);
    expect(response.headers.get('etag')).toBe('"a"');
    expect(await response.text()).toBe(status === 304 ? '' : 'text');
  });

  it('keeps what was asked, with headers and body', async () => {
    web.route('/push', { status: 202 });
    await fetch(web.url('/push?x=1'), { method: 'POST', headers: { 'x-api-key': 'k' }, body: 'ख़बर' });
    expect(web.requestsFor('/push')).toMatchObject([
      { method: 'POST', path: '/push?x=1', headers: { 'x-api-key': 'k' }, body: Buffer.from('ख़बर') },
    ]);
  });

  it('holds an answer back until its promise settles', async () => {
    const gate = Promise.withResolvers<void>();
    web.route('/slow', { body: 'late', after: gate.promise });
    const response = fetch(web.url('/slow'));
    await web.whenRequested('/slow');
    gate.resolve();
    expect(await (await response).text()).toBe('late');
  });

  it('hands over the bare connection for answers that break the protocol', async () => {
    web.route('/broken', { raw: (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut') });
    const response = await fetch(web.url('/broken'));
    await expect(response.text()).rejects.toThrow();
  });

  it('lets a function of the request answer', async () => {
    web.route('/echo', (request) => ({ body: request.method }));
    expect(await (await fetch(web.url('/echo'), { method: 'PUT' })).text()).toBe('PUT');
  });

  it('closes although an answer never comes', async () => {
    web.route('/never', { after: new Promise(() => undefined) });
    const response = fetch(web.url('/never'));
    await web.whenRequested('/never');
    await Promise.all([web.close(), expect(response).rejects.toThrow()]);
  });
});
