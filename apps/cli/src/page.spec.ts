import { rawArticleIdOfFile, rawArticleIdOfUrl, rawArticleValidator, sourceId } from '@khabar/contracts';
import { describe, expect, it } from 'vitest';
import { fetchedElsewhere, mediaTypeOf, toRawArticle } from './page.ts';

const page = {
  bytes: Buffer.from('Rain'),
  mediaType: 'text/plain',
  charset: null,
  fetchedAt: '2026-03-14T09:30:00.000Z',
};

describe('toRawArticle', () => {
  it('gives a file the id that it has as one of its watched folder', () => {
    const raw = toRawArticle({ ...page, origin: { folder: 'seeds/articles', file: 'rain.txt' } });
    expect(rawArticleValidator.check(raw)).toBe(true);
    expect(raw.sourceId).toBe(sourceId('folder', 'seeds/articles'));
    expect(raw.id).toBe(rawArticleIdOfFile(raw.sourceId, 'rain.txt'));
    expect(raw).toMatchObject({ url: null, path: 'rain.txt', http: null, body: 'Rain' });
  });

  it('gives an address the id that it has wherever it is discovered', () => {
    const url = 'https://news.example.org/rain';
    const raw = toRawArticle({ ...page, origin: fetchedElsewhere(`${url}?utm_source=x`) });
    expect(rawArticleValidator.check(raw)).toBe(true);
    expect(raw.id).toBe(rawArticleIdOfUrl(url));
  });

  it('has no body where the page is gone', () => {
    const url = 'https://news.example.org/rain';
    const origin = { url, http: { status: 410, etag: null, lastModified: null, finalUrl: url } };
    const raw = toRawArticle({ ...page, origin, bytes: null });
    expect(rawArticleValidator.check(raw)).toBe(true);
    expect(raw.body).toBeNull();
  });
});

describe('mediaTypeOf', () => {
  it.each([
    ['page.HTML', 'text/html'],
    ['articles/page.xhtml', 'text/html'],
    ['page.txt', 'text/plain'],
    ['page.html.md', 'text/plain'],
    ['dir.html/page', 'text/plain'],
    ['page.dat', 'application/octet-stream'],
  ])('takes %s for %s', (file, expected) => {
    expect(mediaTypeOf(file)).toBe(expected);
  });
});
