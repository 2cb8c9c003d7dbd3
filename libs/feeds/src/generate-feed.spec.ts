import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateFeed, type WrittenEntry, type WrittenFeed, type WrittenFormat } from './generate-feed.ts';
import { parseFeed } from './parse-feed.ts';

const FORMATS: readonly WrittenFormat[] = ['atom', 'rss', 'json'];

const entry = (parts: Partial<WrittenEntry> = {}): WrittenEntry => ({
  id: 'urn:uuid:936aff65-052e-5273-a335-a88fbd381804',
  url: 'https://example.org/rain?a=1&b=2',
  title: 'Rain reaches the coast',
  summary: 'Soon.',
  html: '<p>It <em>rains</em> &amp; pours.</p>',
  text: 'It rains & pours.',
  authors: ['Asha Verma'],
  publisher: 'example.org',
  categories: ['weather', 'R&D'],
  published: '2026-03-14T09:30:00.000Z',
  updated: '2026-03-14T10:00:00.250Z',
  language: 'hi',
  images: [{ url: 'https://example.org/a.jpg', width: 640, height: null }],
  ...parts,
});

const feed = (entries: readonly WrittenEntry[], parts: Partial<WrittenFeed> = {}): WrittenFeed => ({
  id: 'urn:uuid:0b5f9b53-66a7-5d5b-9a4f-0f4a6d1f7f11',
  title: 'Khabar: q=a & "b"',
  siteUrl: 'https://news.example.org/',
  selfUrl: 'https://news.example.org/api/v1/articles.atom?q=a&cursor=x',
  firstUrl: 'https://news.example.org/api/v1/articles.atom?q=a',
  nextUrl: 'https://news.example.org/api/v1/articles.atom?q=a&cursor=y',
  updated: '2026-03-14T10:00:00.250Z',
  entries,
  ...parts,
});

const read = (format: WrittenFormat, written: WrittenFeed) => {
  const parsed = parseFeed(new TextEncoder().encode(generateFeed(format, written)));
  expect(parsed.format).toBe(format);
  return parsed;
};

describe.each(FORMATS)('a feed written as %s', (format) => {
  it('is read as it was meant', () => {
    const { feed: head, entries, warnings } = read(format, feed([entry()]));
    expect(warnings).toEqual([]);
    expect(head).toMatchObject({ title: 'Khabar: q=a & "b"', link: 'https://news.example.org/' });
    expect(entries).toMatchObject([
      {
        guid: 'urn:uuid:936aff65-052e-5273-a335-a88fbd381804',
        link: 'https://example.org/rain?a=1&b=2',
        title: 'Rain reaches the coast',
        content: '<p>It <em>rains</em> &amp; pours.</p>',
        authors: ['Asha Verma'],
        categories: ['weather', 'R&D'],
        language: 'hi',
      },
    ]);
    expect(Date.parse(entries[0]!.published!)).toBe(Date.parse('2026-03-14T09:30:00.000Z'));
    expect(Date.parse(entries[0]!.updated!)).toBe(Date.parse('2026-03-14T10:00:00.250Z'));
    expect(entries[0]!.images.map(({ url }) => url)).toEqual(['https://example.org/a.jpg']);
  });

  it('is read with what little is known', () => {
    const bare = { title: null, summary: null, html: null, text: null, published: null, language: null };
    const { entries } = read(format, feed([entry({ ...bare, authors: [], categories: [], images: [] })]));
    expect(entries).toMatchObject([{ published: null, categories: [], images: [] }]);
    expect(entries[0]!.content).toContain('https://example.org/rain');
  });

  it.each([
    'AT&T',
    'a < b > c',
    'the <b> element',
    '&amp; is an entity',
    ']]>',
    '<![CDATA[x]]>',
    `"quoted" 'twice'`,
    '10 % of “all”',
    'शी जिनपिंग 😀',
  ])('shows the title %s as it is', (title) => {
    expect(read(format, feed([entry({ title })])).entries[0]!.title).toBe(title);
  });

  it('holds any text, also one with what no XML can hold', () => {
    const nasty = ['<', '&', ']]>', '<![CDATA[', '\0', '\ud800', '\ufffe', '\u0085', '\r', '"', '{', '&#0;', '😀', 'x'];
    const text = fc.array(fc.constantFrom(...nasty), { maxLength: 8 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, text, (a, b) => {
        const odd = `x${a}]]>${b}x`;
        const { entries } = read(
          format,
          feed([entry({ title: odd, summary: odd, text: odd, html: null, authors: [odd] })]),
        );
        expect(entries).toHaveLength(1);
        expect(entries[0]!.guid).toBe('urn:uuid:936aff65-052e-5273-a335-a88fbd381804');
      }),
      { numRuns: 20 },
    );
  });

  it('may be empty', () => {
    expect(read(format, feed([])).entries).toEqual([]);
  });
});

describe('the documents', () => {
  it('of Atom have what RFC 4287 asks for, and the links of RFC 5005', () => {
    const text = generateFeed('atom', feed([entry({ authors: [] })]));
    expect(text).toMatch(/^<\?xml version="1.0" encoding="utf-8"\?>/);
    expect(text).toContain('<name>example.org</name>');
    for (const [rel, query] of [
      ['self', 'q=a&amp;cursor=x'],
      ['first', 'q=a'],
      ['next', 'q=a&amp;cursor=y'],
    ]) {
      expect(text).toContain(`<link href="https://news.example.org/api/v1/articles.atom?${query}" rel="${rel}"`);
    }
  });

  it('of RSS say that their ids are no addresses', () => {
    const text = generateFeed('rss', feed([entry()]));
    expect(text).toContain('<guid isPermaLink="false">urn:uuid:');
    expect(text).toContain('<pubDate>Sat, 14 Mar 2026 09:30:00 GMT</pubDate>');
    expect(text).toContain('rel="next"');
  });

  it('of JSON Feed name their version and their pages', () => {
    expect(JSON.parse(generateFeed('json', feed([])))).toMatchObject({
      version: 'https://jsonfeed.org/version/1.1',
      feed_url: 'https://news.example.org/api/v1/articles.atom?q=a&cursor=x',
      next_url: 'https://news.example.org/api/v1/articles.atom?q=a&cursor=y',
      items: [],
    });
  });
});
