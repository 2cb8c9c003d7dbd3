import { readFileSync, readdirSync } from 'node:fs';
import {
  encodeBody,
  rawArticleIdOfUrl,
  rawContentHash,
  sourceId,
  type FeedEntry,
  type RawArticle,
} from '@khabar/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extractArticle } from '../extract-article.ts';
import { bodyOfHtml } from './body-of-html.ts';
import { sanitiseHtml } from './sanitise-html.ts';
import { faultsOf } from './strict-reader.fixture.ts';

const FOLDER = new URL('../../fixtures/attacks/', import.meta.url);
const ADDRESS = 'https://news.example.org/rain';
const TITLE = 'Rain reaches the coast after nine dry weeks';
const LEAD =
  'The first drops fell on the harbour shortly before noon, and children ran out of the school to stand in them.';
const SECOND =
  'Growers in the valley expect a late harvest, but they say that the wells will be full again before summer.';

/** `␀` stands for a null byte, which files of text cannot have. */
const attacks = readdirSync(FOLDER).flatMap((file) =>
  readFileSync(new URL(file, FOLDER), 'utf8')
    .split(/^===== /m)
    .slice(1)
    .map((part): [string, string] => {
      const [name = '', ...lines] = part.split('\n');
      return [`${file}: ${name}`, lines.join('\n').replaceAll('␀', '\0')];
    }),
);

function rawOf(body: string, entry: FeedEntry | null = null): RawArticle {
  const bytes = Buffer.from(body);
  return {
    id: rawArticleIdOfUrl(ADDRESS),
    sourceId: sourceId('feed', 'https://news.example.org/feed.xml'),
    url: ADDRESS,
    fetchedAt: '2026-03-14T09:30:00.000Z',
    http: entry === null ? { status: 200, etag: null, lastModified: null, finalUrl: ADDRESS } : null,
    entry,
    mediaType: 'text/html',
    charset: null,
    ...encodeBody(bytes),
    contentHash: rawContentHash(bytes, entry),
  };
}

const page = (within: string) =>
  rawOf(
    `<html><head><title>${TITLE}</title></head><body><article><h1>${TITLE}</h1><p>${LEAD}</p>${within}<p>${SECOND}</p></article></body></html>`,
  );

const entryOf = (content: string) =>
  rawOf(content, {
    ...{
      guid: null,
      link: ADDRESS,
      linkShared: false,
      title: TITLE,
      summary: null,
      content,
      authors: [],
      feedTitle: null,
    },
    ...{ published: null, updated: null, language: null, categories: [], images: [] },
  });

/** Holds of every article, whatever came in. */
function checkArticle(raw: RawArticle): void {
  const article = extractArticle(raw);
  const { html = null, body } = article;
  expect(html).not.toBeNull();
  expect(faultsOf(html!)).toEqual([]);
  expect(bodyOfHtml(html!)).toBe(body);
  expect(sanitiseHtml(html!)).toBe(html);
  const without = extractArticle(raw, { html: false });
  expect(without.body).toBe(body);
  expect(without.contentHash).toBe(article.contentHash);
  expect(Object.hasOwn(without, 'html')).toBe(false);
  for (const [, address = ''] of html!.matchAll(/<img src="([^"]*)"/g)) {
    expect(article.images.map(({ url }) => url)).toContain(address.replaceAll('&amp;', '&'));
  }
}

/** What may come out of the last step alone: any order of elements, but none, no attribute and no address that is not allowed. */
function dangersOf(html: string): string[] {
  return faultsOf(html).filter((fault) => !/ in |^empty | without |closes|is not closed/.test(fault));
}

describe('an attack', { timeout: 60_000 }, () => {
  it('is one of at least sixty', () => {
    expect(attacks.length).toBeGreaterThanOrEqual(60);
    expect(new Set(attacks.map(([name]) => name)).size).toBe(attacks.length);
  });

  it.each(attacks)('does not survive in a page: %s', (_, attack) => {
    checkArticle(page(attack));
  });

  it.each(attacks)('does not survive in an entry: %s', (_, attack) => {
    checkArticle(entryOf(`<p>${LEAD}</p>${attack}<p>${SECOND}</p>`));
  });

  it.each(attacks)('does not survive the last step alone: %s', (_, attack) => {
    const html = sanitiseHtml(attack);
    expect(dangersOf(html)).toEqual([]);
    expect(sanitiseHtml(html)).toBe(html);
  });
});

describe('the strict reader', () => {
  it.each([
    '<p onclick="x">a</p>',
    '<p>a',
    '<p>a & b</p>',
    '<p>a > b</p>',
    '<p></p>',
    '<p><p>a</p></p>',
    '<script>a</script>',
    '<p><a href="javascript:x">a</a></p>',
    '<p><a href="/x">a</a></p>',
    '<p><a href="https:a.example">a</a></p>',
    '<p><a href="http:/\\a.example">a</a></p>',
    '<p><a href="java\tscript:x">a</a></p>',
    '<p><a href="https://a.example/" rel="x">a</a></p>',
    '<p><a href="https://a.example/"><a href="https://a.example/">a</a></a></p>',
    '<figure><img src="data:x" alt="" /></figure>',
    '<figure><img src="https://a.example/" /></figure>',
    '<p>a</p><!-- b -->',
    'a',
    '<ul><ul><li>a</li></ul></ul>',
    "<ol start='2'><li>a</li></ol>",
  ])('refuses %s', (html) => {
    expect(faultsOf(html)).not.toEqual([]);
  });
});

const NAMES =
  'p div h1 h2 h3 h5 ul ol li dl dt dd blockquote pre table thead tr td th a b strong i em br img figure figcaption span section aside noscript script style svg math template code sup q form select option textarea iframe center font nav'.split(
    ' ',
  );
const ATTRIBUTES = [
  '',
  ' href="/a?b=1&c=2"',
  ' href="javascript:alert(1)"',
  ' src="/i.jpg" alt="rain & <sun>"',
  ' onclick=alert(1) class=x',
  ' start=4',
  ' data-src=//b.example/i.png srcset="x 1x, y 2x"',
  ' style="x" hidden',
];
const piece = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(LEAD, SECOND, TITLE, 'Rain &lt;b&gt; &amp; sun. ', ' ', '\n', 'a', '\u0338', '\u0301', '\u200d', '&#x338;', '"', '>', '<') }, // prettier-ignore
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.constantFrom(...NAMES), fc.constantFrom(...ATTRIBUTES), fc.boolean())
      .map(([name, attributes, closes]) => (closes ? `</${name}>` : `<${name}${attributes}>`)),
  },
);

describe('any document', { timeout: 60_000 }, () => {
  it('gives HTML of the vocabulary, from which its body follows', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.boolean(), (pieces, isPage) =>
        checkArticle(isPage ? page(pieces.join('')) : entryOf(pieces.join('') || 'a')),
      ),
      { numRuns: 150 },
    );
  });

  it.each<[string, string]>([
    ['elements in each other', '<div>'.repeat(20_000) + LEAD],
    ['lists in each other', '<ul><li>a'.repeat(10_000)],
    ['quotations in each other', '<blockquote>a'.repeat(10_000)],
    ['tables in each other', '<table><tr><td>a</td><td>'.repeat(8_000)],
    ['figures in each other', '<figure><img src=/i.jpg>'.repeat(8_000) + '<table>'],
    ['links and styles in each other', '<a href=/x><b><i>a'.repeat(8_000)],
    ['images in one paragraph', `a${'<img src=/i.jpg>   '.repeat(8_000)}`],
    ['images that are awaited', '<img><noscript><img src=/i.jpg></noscript>'.repeat(20_000)],
    ['line breaks', 'a<br>'.repeat(30_000)],
    ['styles that change with every letter', '<b>a</b>a'.repeat(10_000)],
  ])('comes to an end on very many %s', (_, much) => {
    const { body, html } = extractArticle(page(`<div>${much}`));
    expect(body).not.toBeNull();
    if (html !== undefined) expect(faultsOf(html)).toEqual([]);
  });

  it('has no HTML where it would be too large to travel, and its body all the same', () => {
    const article = extractArticle(page(`<p>${LEAD}</p>`.repeat(10_000)));
    expect(article.extraction.warnings).toContain('html-too-large');
    expect(Object.hasOwn(article, 'html')).toBe(false);
    expect(article.body).toHaveLength(10_001 * (LEAD.length + 2) + SECOND.length);
  });
});
