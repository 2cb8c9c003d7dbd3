import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import {
  KhabarError,
  articleValidator,
  encodeBody,
  rawArticleIdOfFile,
  rawArticleIdOfUrl,
  rawContentHash,
  sourceId,
  type Article,
  type FeedEntry,
  type RawArticle,
} from '@khabar/contracts';
import { describe, expect, it } from 'vitest';
import { PARSER_VERSION, extractArticle } from './extract-article.ts';

const SOURCE = sourceId('feed', 'https://news.example.org/feed.xml');
const URL_OF_PAGE = 'https://news.example.org/2026/03/rain-reaches-the-coast';
const TITLE = 'Rain reaches the coast after nine dry weeks';
const LEAD =
  'The first drops fell on the harbour shortly before noon, and children ran out of the school to stand in them.';
const SECOND =
  'Growers in the valley expect a late harvest, but they say that the wells will be full again before the summer.';

function rawOf(body: string | Buffer | null, changed: Partial<RawArticle> = {}): RawArticle {
  const bytes = body === null ? null : Buffer.from(body as string);
  return {
    id: rawArticleIdOfUrl(URL_OF_PAGE),
    sourceId: SOURCE,
    url: URL_OF_PAGE,
    fetchedAt: '2026-03-14T09:30:00.000Z',
    http: { status: 200, etag: null, lastModified: null, finalUrl: URL_OF_PAGE },
    entry: null,
    mediaType: 'text/html',
    charset: null,
    ...(bytes === null ? { body: null, bodyEncoding: 'utf8' as const } : encodeBody(bytes)),
    contentHash: rawContentHash(bytes, changed.entry ?? null),
    ...changed,
  };
}

const text = (body: string | Buffer, changed: Partial<RawArticle> = {}) =>
  rawOf(body, { mediaType: 'text/plain', url: null, http: null, ...changed });

const page = (title: string, ...paragraphs: string[]) =>
  `<!doctype html><html lang="en"><head><title>${title}</title></head><body><article><h1>${title}</h1>${paragraphs.map((paragraph) => `<p>${paragraph}</p>`).join('')}</article></body></html>`;

const entry: FeedEntry = {
  guid: 'tag:news.example.org,2026:4711',
  link: `${URL_OF_PAGE}?utm_source=feed`,
  linkShared: false,
  title: TITLE,
  summary: null,
  content: null,
  authors: ['desk@news.example.org (Asha Verma)'],
  published: '2026-03-14T12:45:00+05:30',
  updated: null,
  language: 'en',
  categories: ['rain'],
  images: [],
  feedTitle: 'News Example',
};

const refusal = (code: string) => expect.objectContaining({ name: 'KhabarError', code, retriable: false }) as Error;

describe('the founding sample', () => {
  it('becomes the very same article on every machine, for ever', () => {
    const folder = new URL('../fixtures/scraped-title-repeated-with-labels/', import.meta.url);
    const bytes = readFileSync(new URL('input.txt', folder));
    const source = sourceId('folder', 'seeds/articles');
    const article = extractArticle({
      id: rawArticleIdOfFile(source, '000_5c3b5599a82902f1.txt'),
      sourceId: source,
      url: null,
      path: '000_5c3b5599a82902f1.txt',
      fetchedAt: '2026-03-14T09:30:00.000Z',
      http: null,
      entry: null,
      mediaType: 'text/plain',
      charset: null,
      ...encodeBody(bytes),
      contentHash: rawContentHash(bytes, null),
    });
    expect(article).toEqual(JSON.parse(readFileSync(new URL('article.json', folder), 'utf8')));
  });
});

describe('extractArticle', () => {
  it('reads a page at its address, without tracking', () => {
    const finalUrl = `${URL_OF_PAGE}?utm_source=x&id=7#top`;
    const article = extractArticle(
      rawOf(page(TITLE, LEAD, SECOND), { http: { status: 200, etag: null, lastModified: null, finalUrl } }),
    );
    expect(article).toMatchObject({
      title: TITLE,
      body: `${LEAD}\n\n${SECOND}`,
      url: `${URL_OF_PAGE}?id=7`,
      canonicalUrl: `${URL_OF_PAGE}?id=7`,
    });
    expect(article.extraction).toMatchObject({ how: 'page', parserVersion: PARSER_VERSION });
  });

  it('reads text without address, under the raw article its id', () => {
    const raw = text(`${TITLE}\n\n${LEAD}\n\n${SECOND}`);
    expect(extractArticle(raw)).toMatchObject({
      id: raw.id,
      url: null,
      canonicalUrl: null,
      title: TITLE,
      language: 'en',
    });
  });

  it('sniffs what nobody declares', () => {
    const mediaType = 'application/octet-stream';
    expect(extractArticle(rawOf(page(TITLE, LEAD, SECOND), { mediaType })).extraction.how).toBe('page');
    expect(extractArticle(rawOf(`${TITLE}\n\n${LEAD}`, { mediaType })).extraction.how).toBe('scraped-text');
  });

  it('reads an entry alone: in full, or as its summary', () => {
    const full = { ...entry, content: `<p>${LEAD}</p><p>${SECOND}</p>` };
    const alone = (of: FeedEntry) => extractArticle(rawOf(of.content ?? of.summary ?? '', { entry: of, http: null }));
    expect(alone(full)).toMatchObject({
      title: TITLE,
      body: `${LEAD}\n\n${SECOND}`,
      externalId: entry.guid,
      authors: ['Asha Verma'],
      tags: ['rain'],
    });
    expect(alone(full)).toMatchObject({
      publishedAt: '2026-03-14T07:15:00.000Z',
      publishedOffset: '+05:30',
      publishedPrecision: 'instant',
    });
    expect(alone(full).extraction.how).toBe('entry');
    expect(alone({ ...entry, summary: LEAD }).extraction.how).toBe('summary');
    expect(alone({ ...entry, summary: LEAD }).body).toBe(LEAD);
  });

  it('reads a page with the entry that announced it', () => {
    const article = extractArticle(
      rawOf(page(`${TITLE} | News Example`, LEAD, SECOND), {
        entry: { ...entry, summary: 'Clouds came in from the sea on Saturday.' },
      }),
    );
    expect(article).toMatchObject({
      title: TITLE,
      summary: 'Clouds came in from the sea on Saturday.',
      body: `${LEAD}\n\n${SECOND}`,
      authors: ['Asha Verma'],
      externalId: entry.guid,
      publishedAt: '2026-03-14T07:15:00.000Z',
      extraction: { how: 'page' },
    });
  });

  it("takes the entry's text where the page shows only its beginning", () => {
    const content = [LEAD, SECOND, LEAD.replace('first', 'last'), SECOND.replace('valley', 'hills')]
      .map((p) => `<p>${p}</p>`)
      .join('');
    const article = extractArticle(rawOf(page(TITLE, LEAD), { entry: { ...entry, content } }));
    expect(article.extraction).toMatchObject({
      how: 'entry',
      warnings: expect.arrayContaining(['body-of-entry']) as string[],
    });
    expect(article.body).toContain('hills');
  });

  it('believes the entry when the page is titled as something else', () => {
    expect(extractArticle(rawOf(page('Just a moment', LEAD, SECOND), { entry })).title).toBe(TITLE);
  });

  it('takes nothing of a pushed text for its title when the title came with it', () => {
    const pushed = { ...entry, published: '2026-03-13', authors: ['Ravi Rao'] };
    const article = extractArticle(text(`${LEAD}\n\n${SECOND}\n\nBy Asha Verma`, { entry: pushed }));
    expect(article).toMatchObject({ title: TITLE, body: `${LEAD}\n\n${SECOND}`, authors: ['Ravi Rao'] });
    expect(article).toMatchObject({ publishedAt: '2026-03-13T00:00:00.000Z', extraction: { how: 'scraped-text' } });
  });

  it('finds the title of pushed markup in itself', () => {
    const content = `<h1>${TITLE}</h1><p>${LEAD}</p><p>${SECOND}</p>`;
    const article = extractArticle(rawOf(content, { entry: { ...entry, title: null, content }, http: null }));
    expect(article).toMatchObject({ title: TITLE, body: `${LEAD}\n\n${SECOND}`, headings: [] });
  });

  it('takes a guid that is only the link for no id', () => {
    const guid = `${URL_OF_PAGE}?utm_source=rss`;
    expect(extractArticle(rawOf(page(TITLE, LEAD), { entry: { ...entry, guid } })).externalId).toBeNull();
  });

  it('has no canonical URL where several entries share the link', () => {
    const article = extractArticle(rawOf(page(TITLE, LEAD), { entry: { ...entry, linkShared: true } }));
    expect(article).toMatchObject({ url: URL_OF_PAGE, canonicalUrl: null, externalId: entry.guid });
  });

  it('makes a page that is gone an article without text', () => {
    const gone = extractArticle(
      rawOf(null, { http: { status: 410, etag: null, lastModified: null, finalUrl: URL_OF_PAGE } }),
    );
    expect(gone).toMatchObject({
      gone: true,
      title: null,
      body: null,
      fingerprint: null,
      kind: 'unknown',
      headings: [],
      wordCount: 0,
      canonicalUrl: URL_OF_PAGE,
    });
    expect(articleValidator.check(gone)).toBe(true);
    expect(gone.id).toBe(extractArticle(rawOf(page(TITLE, LEAD))).id);
  });

  it('says once in the body what title, kicker and summary say', () => {
    const article = extractArticle(
      text(`${TITLE}\n\nBy Asha Verma\n\n${LEAD}\n\n${SECOND}\n\n${TITLE.toUpperCase()}!\n\n${LEAD}`),
    );
    expect(article.body).toBe(`${LEAD}\n\n${SECOND}\n\n${LEAD}`);
  });

  it('invents no date: what lies in the future of the fetch is none', () => {
    const article = extractArticle(text(`${TITLE}\n12 March 2027\n\n${LEAD}\n\n${SECOND}`));
    expect(article).toMatchObject({
      publishedAt: null,
      publishedPrecision: null,
      extraction: { warnings: ['unreadable-date'] },
    });
  });

  it('warns of a text without date or body', () => {
    const article = extractArticle(text(TITLE));
    expect(article).toMatchObject({
      title: TITLE,
      body: '',
      kind: 'unknown',
      extraction: { warnings: ['no-body', 'no-date'] },
    });
  });

  it.each<[string, RawArticle]>([
    ['empty-body', text('')],
    ['empty-body', text(' \r\n\u200b\ufeff\n')],
    ['not-text', text(Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * 193 + (at >> 3)) % 256)))],
    ['no-title', text('a'.repeat(1_000_000))],
    ['no-title', text('. , ; — !')],
    ['no-title', rawOf('', { entry: { ...entry, title: null, link: null }, http: null })],
    ['unsupported-media-type', rawOf('%!PS', { mediaType: 'application/postscript' })],
  ])('refuses with %s, for good', (code, raw) => {
    expect(() => extractArticle(raw)).toThrow(refusal(code));
  });
});

describe('whatever comes', { timeout: 60_000 }, () => {
  const check = (raw: RawArticle) => {
    let article: Article;
    try {
      article = extractArticle(raw);
    } catch (error) {
      expect(error).toBeInstanceOf(KhabarError);
      expect((error as KhabarError).retriable).toBe(false);
      return;
    }
    expect(articleValidator.assert(article)).toBe(article);
    expect(extractArticle(raw)).toEqual(article);
    const json = JSON.stringify(article);
    expect(json).not.toContain('\\u0000');
    expect(json).not.toMatch(/\\ud[89a-f]/);
    expect(json.normalize('NFC')).toBe(json);
  };
  const mediaType = fc.constantFrom('text/plain', 'text/html', 'application/octet-stream', 'application/xhtml+xml');

  it('is an article or a refusal, of any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), mediaType, (bytes, type) =>
        check(rawOf(Buffer.from(bytes), { mediaType: type })),
      ),
    );
  });

  it('is an article or a refusal, of any text', () => {
    const part = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.constantFrom(
        TITLE,
        LEAD,
        'By Asha Verma',
        '12 March 2026',
        'Share',
        'Read more',
        'Tags: a, b',
        '\n',
        '\n\n',
        '<p>',
        '<h1>',
        'नई दिल्ली: ',
        '\0',
        '\ud800',
      ),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), mediaType, (parts, type) =>
        check(rawOf(parts.join('\n'), { mediaType: type })),
      ),
    );
  });

  it('is an article or a refusal, of any entry', () => {
    const any = fc.option(fc.string({ unit: 'binary', maxLength: 80 }), { nil: null });
    const entries = fc.record({ ...Object.fromEntries(Object.entries(entry).map(([key, value]) => [key, fc.constant(value)])), title: any, summary: any, content: any, guid: any, published: any, language: any }) as unknown as fc.Arbitrary<FeedEntry>; // prettier-ignore
    fc.assert(fc.property(entries, (of) => check(rawOf(of.content ?? of.summary ?? '', { entry: of, http: null }))));
  });

  it.each<[string, string]>([
    ['one line', 'word '.repeat(200_000)],
    ['one word', 'ख'.repeat(300_000)],
    ['one line without spaces', '望潮岛离码头有十九公里。'.repeat(25_000)],
    ['separators', ': | - '.repeat(160_000)],
    ['combining marks', `a${'\u0315\u0300'.repeat(250_000)}`],
    ['short lines', 'a\n'.repeat(9_000)],
    ['line ends', '\n'.repeat(1_000_000)],
    ['quotation marks', '."'.repeat(500_000)],
  ])('comes to an end on a megabyte of %s', (_, much) => {
    expect(extractArticle(text(`${TITLE}\n\n${LEAD}\n\n${much}`)).title).toBe(TITLE);
  });
});
