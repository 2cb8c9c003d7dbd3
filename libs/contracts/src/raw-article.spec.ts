import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type FeedEntry,
  type RawArticle,
  bodyBytes,
  comparableEntry,
  encodeBody,
  isEntryOnly,
  rawArticleExample,
  rawArticleValidator,
  rawContentHash,
} from './raw-article.ts';

const sampleFile = new URL('../../../seeds/articles/000_5c3b5599a82902f1.txt', import.meta.url);

const entry: FeedEntry = {
  guid: 'tag:example.org,2026:4711',
  link: 'https://news.example.org/rain?utm_source=feed',
  linkShared: false,
  title: 'Rain reaches the coast',
  summary: '<p>After nine dry weeks.</p>',
  content: '<p>The first drops fell. <a href="https://news.example.org/map?id=7&amp;utm_medium=rss">Map</a></p>',
  authors: ['Asha Verma'],
  published: '2026-03-14T12:45:00+05:30',
  updated: null,
  language: 'en',
  categories: ['rain', 'farming'],
  images: [
    { url: 'https://news.example.org/i.jpg?utm_source=feed', width: 1200, height: 800, alt: 'Harbour', caption: null },
  ],
  feedTitle: 'Example News',
};

const sha256 = (...parts: (string | Uint8Array)[]) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};

describe('encodeBody', () => {
  it('is lossless for any bytes, and always valid in the schema', () => {
    const someUtf8 = fc
      .array(fc.nat(0xffff), { maxLength: 32 })
      .map((units) => new TextEncoder().encode(String.fromCharCode(...units)));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 64 }), someUtf8), (bytes) => {
        const body = encodeBody(bytes);
        expect(bodyBytes(body)).toEqual(Buffer.from(bytes));
        expect(bodyBytes(JSON.parse(JSON.stringify(body)) as typeof body)).toEqual(Buffer.from(bytes));
        expect(rawArticleValidator.check({ ...rawArticleExample, ...body })).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('is lossless for each single byte and each pair of bytes', () => {
    for (let first = 0; first < 256; first++) {
      expect(bodyBytes(encodeBody(Uint8Array.of(first)))).toEqual(Buffer.of(first));
      const pairs = Uint8Array.from({ length: 512 }, (_, at) => (at % 2 === 0 ? first : at >> 1));
      expect(bodyBytes(encodeBody(pairs))).toEqual(Buffer.from(pairs));
    }
  });

  it('reads a view of a larger buffer and not the buffer', () => {
    const whole = new TextEncoder().encode('before|the body|after');
    expect(encodeBody(whole.subarray(7, 15))).toEqual({ body: 'the body', bodyEncoding: 'utf8' });
  });

  it.each([
    ['ASCII', 'rain'],
    ['Hindi', 'बारिश'],
    ['a byte order mark, which stays', '\ufeffrain'],
    ['a replacement character that was in the text', 'ra\ufffdin'],
    ['zero-width joiners', 'क्\u200dष'],
    ['mixed line ends and a zero byte', 'a\r\nb\rc\n\0'],
    ['nothing', ''],
  ])('carries UTF-8 as it is: %s', (_, text) => {
    expect(encodeBody(new TextEncoder().encode(text))).toEqual({ body: text, bodyEncoding: 'utf8' });
  });

  it.each([
    ['Latin-1', [0x63, 0x61, 0x66, 0xe9]],
    ['UTF-16 with its mark', [0xff, 0xfe, 0x61, 0x00]],
    ['a character cut in two', [0xe0, 0xa4]],
    ['an overlong form', [0xc0, 0xaf]],
    ['half a surrogate pair', [0xed, 0xa0, 0x80]],
    ['gzip', [0x1f, 0x8b, 0x08, 0x00]],
  ])('carries what is not valid UTF-8 as base64: %s', (_, bytes) => {
    expect(encodeBody(Uint8Array.from(bytes))).toEqual({
      body: Buffer.from(bytes).toString('base64'),
      bodyEncoding: 'base64',
    });
  });
});

describe('bodyBytes', () => {
  it('is null when the page is gone, which is not the same as empty', () => {
    expect(bodyBytes({ body: null, bodyEncoding: 'utf8' })).toBeNull();
    expect(bodyBytes({ body: '', bodyEncoding: 'utf8' })).toEqual(Buffer.alloc(0));
  });
});

describe('rawContentHash', () => {
  it('of a file is its SHA-256, as sha256sum prints it', () => {
    expect(rawContentHash(readFileSync(sampleFile), null)).toBe(
      'c9bd26603c2e551b529615bfce665f4cffc3c02c5a5ce90f52a637dbebc5dc1e',
    );
  });

  it('of any bytes without entry is their SHA-256', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => rawContentHash(bytes, null) === sha256(bytes)));
  });

  it('of a page that an entry announced is of the bytes, a zero byte and the comparable entry', () => {
    const page = Buffer.from('<html>rain</html>');
    expect(rawContentHash(page, entry)).toBe(sha256(page, '\0', JSON.stringify(comparableEntry(entry))));
    expect(rawContentHash(page, entry)).not.toBe(rawContentHash(page, null));
    expect(rawContentHash(page, entry)).not.toBe(rawContentHash(Buffer.from('<html>sun</html>'), entry));
    expect(rawContentHash(page, entry)).not.toBe(rawContentHash(page, { ...entry, title: 'No rain' }));
  });

  it("of an entry's own text does not move with the tracking parameters in it", () => {
    const later: FeedEntry = {
      ...entry,
      content: entry.content!.replace('utm_medium=rss', 'utm_medium=atom&amp;fbclid=9'),
    };
    expect(later.content).not.toBe(entry.content);
    const hash = (of: FeedEntry) => rawContentHash(Buffer.from(of.content!), of);
    expect(hash(later)).toBe(hash(entry));
    expect(hash({ ...entry, content: '<p>The sun shines.</p>' })).not.toBe(hash(entry));
  });

  it('of a page that is gone is not that of an empty one, with and without entry', () => {
    expect(rawContentHash(null, null)).toBe(sha256('\0gone'));
    expect(rawContentHash(null, entry)).toBe(sha256('\0gone', '\0', JSON.stringify(comparableEntry(entry))));
    const bare = { ...entry, content: null, summary: null };
    for (const of of [null, entry, bare]) {
      expect(rawContentHash(null, of)).not.toBe(rawContentHash(new Uint8Array(), of));
    }
  });

  it("of an entry's own text with half a surrogate pair in it is of the entry alone", () => {
    const broken = { ...entry, content: '<p>ra\ud800in</p>' };
    expect(rawContentHash(Buffer.from(broken.content), broken)).toBe(
      sha256('\0', JSON.stringify(comparableEntry(broken))),
    );
  });

  it('is frozen for an entry too', () => {
    expect(rawContentHash(Buffer.from(entry.content!), entry)).toBe(
      'a4a701075ff5b06e7da6c1426785ea899597fbad068b05ec26463901388ca136',
    );
    expect(rawContentHash(Buffer.from('<html>rain</html>'), entry)).toBe(
      '1bc4aeab9a45a8bf9e998f1efbae8be75c6b26220c23c04f504f6b74a70a38d9',
    );
  });
});

describe('comparableEntry', () => {
  const same = (changed: Partial<FeedEntry>) =>
    JSON.stringify(comparableEntry({ ...entry, ...changed })) === JSON.stringify(comparableEntry(entry));

  it.each<[string, Partial<FeedEntry>]>([
    ['tracking parameters of the link', { link: 'https://news.example.org/rain?fbclid=1#top' }],
    ['tracking parameters of an image', { images: [{ ...entry.images[0]!, url: 'https://news.example.org/i.jpg' }] }],
    ['tracking parameters within the HTML', { content: entry.content!.replace('utm_medium=rss', 'utm_campaign=x') }],
    ['white space within the HTML', { summary: ' <p>After\n nine\tdry weeks.</p>\n' }],
    ["the feed's title", { feedTitle: 'Example News (1,204 new)' }],
    ['the order of categories', { categories: ['farming', 'rain'] }],
    ['a category said twice', { categories: ['rain', 'farming', 'rain'] }],
    ['the size of an image', { images: [{ ...entry.images[0]!, width: 640, height: 480 }] }],
  ])('does not see %s', (_, changed) => {
    expect(same(changed)).toBe(true);
  });

  it.each<[string, Partial<FeedEntry>]>([
    ['guid', { guid: 'other' }],
    ['link', { link: 'https://news.example.org/rain?id=2' }],
    ['title', { title: 'Rain' }],
    ['summary', { summary: '<p>After ten dry weeks.</p>' }],
    ['content', { content: null }],
    ['authors', { authors: ['Asha Verma', 'R. Rao'] }],
    ['order of authors', { authors: ['R. Rao', 'Asha Verma'] }],
    ['published', { published: '2026-03-14T12:46:00+05:30' }],
    ['updated', { updated: '2026-03-14T13:00:00+05:30' }],
    ['language', { language: 'hi' }],
    ['categories', { categories: ['rain'] }],
    ['images', { images: [] }],
    ["an image's caption", { images: [{ ...entry.images[0]!, caption: 'The harbour' }] }],
  ])('sees a change of %s', (_, changed) => {
    expect(same(changed)).toBe(false);
  });
});

describe('isEntryOnly', () => {
  const http = { status: 200, etag: null, lastModified: null, finalUrl: 'https://news.example.org/rain' };
  const raw = (changed: Partial<RawArticle>): RawArticle => ({
    ...rawArticleExample,
    http: null,
    entry,
    body: entry.content,
    ...changed,
  });

  it.each<[string, Partial<RawArticle>, boolean]>([
    ['an entry with its content as the body', {}, true],
    [
      'an entry without content, its summary as the body',
      { entry: { ...entry, content: null }, body: entry.summary },
      true,
    ],
    ['an entry with neither, an empty body', { entry: { ...entry, content: null, summary: null }, body: '' }, true],
    [
      'an entry with half a surrogate pair in its text, which UTF-8 made whole',
      { entry: { ...entry, content: 'ra\ud800in' }, body: 'ra\ufffdin' },
      true,
    ],
    [
      'an entry with half a surrogate pair in its text, which JSON kept',
      { entry: { ...entry, content: 'ra\ud800in' }, body: 'ra\ud800in' },
      true,
    ],
    ['an entry whose page was fetched', { http, body: '<html>rain</html>' }, false],
    ['an entry whose page is the very same text', { http }, false],
    ['an entry whose page is gone', { http: { ...http, status: 410 }, body: null }, false],
    ['an entry with a text that somebody pushed along', { body: 'Another text' }, false],
    ['a file', { entry: null, body: 'rain' }, false],
  ])('is asked of %s', (_, changed, expected) => {
    expect(isEntryOnly(raw(changed))).toBe(expected);
  });
});

describe('the schema of a raw article', () => {
  it('takes a page that is gone: its answer, and no body', () => {
    for (const status of [404, 410]) {
      const gone = { ...rawArticleExample, http: { ...rawArticleExample.http!, status }, body: null };
      expect(rawArticleValidator.check(gone)).toBe(true);
    }
  });

  it('takes a file: a path, and neither URL nor answer nor entry', () => {
    const file = {
      ...rawArticleExample,
      url: null,
      http: null,
      entry: null,
      path: 'a/b.txt',
      mediaType: 'text/plain',
      charset: null,
    };
    expect(rawArticleValidator.check(file)).toBe(true);
  });

  it('takes an entry as found', () => {
    expect(rawArticleValidator.check({ ...rawArticleExample, entry })).toBe(true);
  });

  it.each([
    ['an encoding that is neither utf8 nor base64', { bodyEncoding: 'latin1' }],
    ['an answer without final URL', { http: { status: 200, etag: null, lastModified: null } }],
    ['an answer that is no HTTP status', { http: { ...rawArticleExample.http!, status: 42 } }],
    ['a hash in upper case', { contentHash: 'A'.repeat(64) }],
    ['an id that is no UUID', { id: 'rain' }],
  ])('refuses %s', (_, changed) => {
    expect(rawArticleValidator.check({ ...rawArticleExample, ...changed })).toBe(false);
  });
});
