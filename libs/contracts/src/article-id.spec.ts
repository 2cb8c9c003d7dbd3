import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  SOURCE_KINDS,
  articleEventId,
  articleId,
  changeEventId,
  rawArticleIdOfFile,
  rawArticleIdOfGuid,
  rawArticleIdOfUrl,
  rawEventId,
  sourceId,
} from './article-id.ts';

// Written down once and for all: a change here renames what others have stored.
const SOURCE = '743fada8-fc29-57ff-ae51-a7081746ac6d';
const RAW = '3fa55895-3ed5-5d22-85cb-fc342a28d097';
const ARTICLE = '73ad9e79-97fd-5a1c-aa20-af0f37da84e7';
const UUID_V5 = /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** UUIDv5 straight from RFC 9562, 5.5: SHA-1 of namespace and name, with version and variant set. */
function uuidV5(...parts: (string | number)[]): string {
  const namespace = Buffer.from('a38fbd5ebb9444b4a6eaa68b60da475a', 'hex');
  const hash = createHash('sha1').update(namespace).update(JSON.stringify(parts)).digest().subarray(0, 16);
  hash[6] = (hash[6]! & 0x0f) | 0x50;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  return hash.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

describe('the frozen ids', () => {
  it.each([
    ['a feed', () => sourceId('feed', 'https://news.example.org/feed.xml'), '743fada8-fc29-57ff-ae51-a7081746ac6d'],
    ['a folder', () => sourceId('folder', 'seeds/articles'), 'b33c9956-2bf2-5b34-b12a-6b76a96e5eee'],
    [
      'a file',
      () => sourceId('file', 'seeds/articles/000_5c3b5599a82902f1.txt'),
      'd5d6ffe9-cf15-5548-9cb6-d5c2f6aa161a',
    ],
    ['what is pushed', () => sourceId('push', 'newsroom'), '5c2ebcb7-c6aa-5d86-bd91-1847c1d8a7a7'],
    [
      'a raw article of a URL',
      () => rawArticleIdOfUrl('https://news.example.org/2026/03/rain'),
      '3fa55895-3ed5-5d22-85cb-fc342a28d097',
    ],
    [
      'a raw article of a URL in Hindi',
      () => rawArticleIdOfUrl('https://news.example.org/समाचार/बारिश'),
      '5faa56fa-381c-5226-a2d7-fe8947ed7695',
    ],
    [
      'a raw article of a file',
      () => rawArticleIdOfFile(SOURCE, '000_5c3b5599a82902f1.txt'),
      '66eda6e8-6d7a-5ec1-848b-6be923c0e0b4',
    ],
    [
      'a raw article of a guid',
      () => rawArticleIdOfGuid(SOURCE, 'tag:example.org,2026:4711'),
      '1cce6512-71ee-5d04-9965-fa128d5585e3',
    ],
    [
      'an article of its canonical URL',
      () =>
        articleId({
          canonicalUrl: 'https://news.example.org/2026/03/rain',
          sourceId: SOURCE,
          externalId: '4711',
          rawId: RAW,
        }),
      '73ad9e79-97fd-5a1c-aa20-af0f37da84e7',
    ],
    [
      'an article of source and external id',
      () => articleId({ canonicalUrl: null, sourceId: SOURCE, externalId: '12101254', rawId: RAW }),
      '88fdc260-3acd-5bdc-9218-24840af71e87',
    ],
    [
      'an article of its raw id',
      () => articleId({ canonicalUrl: null, sourceId: SOURCE, externalId: null, rawId: RAW }),
      '3fa55895-3ed5-5d22-85cb-fc342a28d097',
    ],
    [
      'a raw event',
      () => rawEventId({ id: RAW, contentHash: 'a'.repeat(64), fetchedAt: '2026-03-14T09:30:00.000Z' }),
      '92bb0ef5-e46e-55df-8a6a-2e9553385dfb',
    ],
    ['an article event', () => articleEventId(RAW, 1), 'b17077ed-150f-5f9e-ab80-dcaa80357936'],
    ['a change event', () => changeEventId(ARTICLE, 1), '82f650e4-02d9-504c-8e5f-85746f04bc4b'],
  ])('of %s stays what it is', (_, id, frozen) => {
    expect(id()).toBe(frozen);
  });
});

describe('sourceId', () => {
  it('is of kind and canonical URL', () => {
    const canonical = 'https://news.example.org/feed.xml';
    expect(sourceId('feed', canonical)).toBe(uuidV5('source', 'feed', canonical));
    expect(sourceId('feed', ' HTTPS://News.Example.org:443/feed.xml?utm_source=reader#top')).toBe(
      sourceId('feed', canonical),
    );
  });

  it('differs by kind', () => {
    const ids = SOURCE_KINDS.map((kind) => sourceId(kind, 'https://news.example.org/'));
    expect(new Set(ids).size).toBe(SOURCE_KINDS.length);
  });

  it('of a folder is of its path as configured, whatever way the path is written', () => {
    const id = uuidV5('source', 'folder', 'seeds/articles');
    for (const path of [
      'seeds/articles',
      './seeds/articles',
      'seeds/articles/',
      'seeds\\articles',
      'seeds//./articles//',
    ]) {
      expect(sourceId('folder', path)).toBe(id);
    }
  });

  it('of a folder is the same for both Unicode forms of its name', () => {
    expect(sourceId('folder', 'données')).toBe(sourceId('folder', 'données'.normalize('NFD')));
  });

  it('of a folder differs by case, by parent and by whether the path is absolute', () => {
    const paths = ['seeds/articles', 'seeds/Articles', 'articles', '/seeds/articles', '../seeds/articles'];
    expect(new Set(paths.map((path) => sourceId('folder', path))).size).toBe(paths.length);
  });
});

describe('the id of a raw article', () => {
  it('is of its canonicalised discovery URL', () => {
    const canonical = 'https://news.example.org/%E0%A4%95?id=7';
    expect(rawArticleIdOfUrl(canonical)).toBe(uuidV5('raw', 'url', canonical));
    expect(rawArticleIdOfUrl('https://news.example.org:443/%e0%a4%95?utm_source=feed&id=7#top')).toBe(
      rawArticleIdOfUrl(canonical),
    );
  });

  it('refuses a discovery URL that is no http address, for good', () => {
    for (const url of ['', 'rain', '/rain', 'mailto:desk@example.org']) {
      expect(() => rawArticleIdOfUrl(url)).toThrow(
        expect.objectContaining({ name: 'KhabarError', code: 'invalid-url', retriable: false }) as Error,
      );
    }
  });

  it('of a file is of source and relative path', () => {
    expect(rawArticleIdOfFile(SOURCE, 'a/b.txt')).toBe(uuidV5('raw', 'file', SOURCE, 'a/b.txt'));
    expect(rawArticleIdOfFile(SOURCE, './a\\b.txt')).toBe(rawArticleIdOfFile(SOURCE, 'a/b.txt'));
    expect(rawArticleIdOfFile(RAW, 'a/b.txt')).not.toBe(rawArticleIdOfFile(SOURCE, 'a/b.txt'));
  });

  it('of an entry without link is of source and guid, to the letter', () => {
    expect(rawArticleIdOfGuid(SOURCE, 'G-1')).toBe(uuidV5('raw', 'guid', SOURCE, 'G-1'));
    expect(rawArticleIdOfGuid(SOURCE, 'g-1')).not.toBe(rawArticleIdOfGuid(SOURCE, 'G-1'));
    expect(rawArticleIdOfGuid(RAW, 'G-1')).not.toBe(rawArticleIdOfGuid(SOURCE, 'G-1'));
  });

  it('takes any guid, even one that is not well-formed Unicode', () => {
    const anyText = fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units));
    fc.assert(fc.property(anyText, (guid) => UUID_V5.test(rawArticleIdOfGuid(SOURCE, guid))));
    expect(rawArticleIdOfGuid(SOURCE, '\ud800')).not.toBe(rawArticleIdOfGuid(SOURCE, '\ud801'));
  });

  it('never is the same for a URL, a file and a guid of the same letters', () => {
    const same = 'https://news.example.org/rain';
    const ids = [rawArticleIdOfUrl(same), rawArticleIdOfFile(SOURCE, same), rawArticleIdOfGuid(SOURCE, same)];
    expect(new Set(ids).size).toBe(3);
  });
});

describe('articleId', () => {
  const identity = { canonicalUrl: 'https://news.example.org/rain', sourceId: SOURCE, externalId: '4711', rawId: RAW };

  it('is of the canonical URL, whichever source, external id or raw article told it', () => {
    const id = uuidV5('article', 'url', identity.canonicalUrl);
    expect(articleId(identity)).toBe(id);
    expect(articleId({ ...identity, sourceId: ARTICLE, externalId: null, rawId: SOURCE })).toBe(id);
  });

  it('else is of source and external id, whichever raw article told it', () => {
    const id = uuidV5('article', 'external', SOURCE, '4711');
    expect(articleId({ ...identity, canonicalUrl: null })).toBe(id);
    expect(articleId({ ...identity, canonicalUrl: null, rawId: ARTICLE })).toBe(id);
    expect(articleId({ ...identity, canonicalUrl: null, sourceId: ARTICLE })).not.toBe(id);
  });

  it('else is its raw id', () => {
    expect(articleId({ ...identity, canonicalUrl: null, externalId: null })).toBe(RAW);
  });
});

describe('the CloudEvents ids', () => {
  const raw = { id: RAW, contentHash: 'a'.repeat(64), fetchedAt: '2026-03-14T09:30:00.000Z' };

  it('of a raw event is of raw id, contentHash and fetchedAt', () => {
    expect(rawEventId(raw)).toBe(uuidV5('event', 'news.raw.v1', raw.id, raw.contentHash, raw.fetchedAt));
  });

  it('is the same for a redelivery, and another for a text that returns to an older form', () => {
    const returned = { ...raw, fetchedAt: '2026-03-14T11:30:00.000Z' };
    expect(rawEventId({ ...raw })).toBe(rawEventId(raw));
    expect(rawEventId(returned)).not.toBe(rawEventId(raw));
    expect(articleEventId(rawEventId(returned), 1)).not.toBe(articleEventId(rawEventId(raw), 1));
  });

  it("of an article event is of the raw event's id and the parser's version", () => {
    expect(articleEventId(RAW, 3)).toBe(uuidV5('event', 'news.articles.v1', RAW, 3));
    expect(articleEventId(RAW, 4)).not.toBe(articleEventId(RAW, 3));
  });

  it('of a change is of article id and revision number', () => {
    expect(changeEventId(ARTICLE, 2)).toBe(uuidV5('event', 'news.changes.v1', ARTICLE, 2));
    expect(changeEventId(ARTICLE, 3)).not.toBe(changeEventId(ARTICLE, 2));
  });
});

describe('every id', () => {
  it('is a UUIDv5 in lower case, and no two lists of parts share one', () => {
    const part = fc.string({ unit: fc.constantFrom('a', '"', ',', '\\', '/', 'क') });
    fc.assert(
      fc.property(part, part, part, part, (a, b, c, d) => {
        const first = rawArticleIdOfGuid(a, b);
        expect(first).toMatch(UUID_V5);
        expect(rawArticleIdOfGuid(c, d) === first).toBe(a === c && b === d);
      }),
    );
  });
});
