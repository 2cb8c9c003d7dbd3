import { describe, expect, it } from 'vitest';
import {
  ARTICLE_KINDS,
  type Article,
  EXTRACTION_MODES,
  articleExample,
  articleHashes,
  articleValidator,
  completeness,
} from './article.ts';
import { articleId } from './article-id.ts';

const image = articleExample.images[0]!;

describe('articleHashes', () => {
  const hashes = articleHashes(articleExample);
  /** Which of the two hashes a change moves. */
  const moved = (changed: Partial<Article>) => {
    const after = articleHashes({ ...articleExample, ...changed });
    return [
      ...(after.contentHash === hashes.contentHash ? [] : ['contentHash']),
      ...(after.metadataHash === hashes.metadataHash ? [] : ['metadataHash']),
    ];
  };

  it('are frozen, with HTML and without', () => {
    const contentHash = '46502849a53c06b836dc19ac9d2b6c62e47f82159f75879dfe88d77cf658816c';
    expect(hashes).toEqual({
      contentHash,
      metadataHash: '349bc72c693270376aac1c9c5a65e46bdad8815663f826ebd271800c3c91ab75',
    });
    expect(articleExample).toMatchObject(hashes);
    const withoutHtml = { ...articleExample };
    delete withoutHtml.html;
    expect(articleHashes(withoutHtml)).toEqual({
      contentHash,
      metadataHash: 'ac6744e0e5a4da01e1463884b78f43aa142c5f91618faa607314db5fa84f0b21',
    });
  });

  it.each<[string, Partial<Article>]>([
    ['title', { title: 'Rain' }],
    ['body', { body: 'It rained.' }],
    ['a title that is gone', { title: null }],
    ['a body that is gone', { body: null }],
  ])('contentHash alone moves with %s', (_, changed) => {
    expect(moved(changed)).toEqual(['contentHash']);
  });

  it.each<[string, Partial<Article>]>([
    ['externalId', { externalId: '4711' }],
    ['canonicalUrl', { canonicalUrl: 'https://news.example.org/rain' }],
    ['kicker', { kicker: null }],
    ['summary', { summary: 'Rain at last.' }],
    ['html', { html: '<p>It rained.</p>' }],
    ['headings', { headings: [] }],
    ['kind', { kind: 'live-blog' }],
    ['gone', { gone: true }],
    ['authors', { authors: [] }],
    ['the order of authors', { authors: ['R. Rao', 'Asha Verma'] }],
    ['agencies', { agencies: ['PTI'] }],
    ['publishedAt', { publishedAt: '2026-03-14T07:16:00.000Z' }],
    ['modifiedAt', { modifiedAt: '2026-03-14T08:00:00.000Z' }],
    ['publishedOffset', { publishedOffset: null }],
    ['publishedPrecision', { publishedPrecision: 'guessed' }],
    ['language', { language: 'hi' }],
    ['section', { section: null }],
    ['tags', { tags: ['rain'] }],
    ['images', { images: [] }],
    ["an image's address", { images: [{ ...image, url: 'https://news.example.org/img/other.jpg' }] }],
    ["an image's caption", { images: [{ ...image, caption: 'The harbour' }] }],
  ])('metadataHash alone moves with %s', (_, changed) => {
    expect(moved(changed)).toEqual(['metadataHash']);
  });

  it.each<[string, Partial<Article>]>([
    ['the raw article', { rawId: articleExample.sourceId }],
    ['the source: two that tell it alike are one', { sourceId: articleExample.rawId }],
    ['the id', { id: articleExample.rawId }],
    ['the fetch', { fetchedAt: '2027-01-01T00:00:00.000Z' }],
    ['the address at which it was read', { url: 'https://m.news.example.org/rain' }],
    ['what is counted from the text', { wordCount: 1, fingerprint: null }],
    [
      "the parser's version, mode and warnings",
      { extraction: { how: 'entry', parserVersion: 9, warnings: ['no-date'] } },
    ],
  ])('neither moves with %s', (_, changed) => {
    expect(moved(changed)).toEqual([]);
  });

  it('do not move with the order in which fields were written', () => {
    const backwards = Object.fromEntries(Object.entries(articleExample).reverse()) as Article;
    const images = [Object.fromEntries(Object.entries(image).reverse()) as typeof image];
    expect(articleHashes({ ...backwards, images })).toEqual(hashes);
  });

  it('keep apart fields that hold each other’s text', () => {
    const a = articleHashes({ ...articleExample, title: 'Rain', body: 'Sun' });
    const b = articleHashes({ ...articleExample, title: 'Sun', body: 'Rain' });
    expect(a.contentHash).not.toBe(b.contentHash);
    const c = articleHashes({ ...articleExample, kicker: 'Rain', summary: null });
    const d = articleHashes({ ...articleExample, kicker: null, summary: 'Rain' });
    expect(c.metadataHash).not.toBe(d.metadataHash);
  });

  it('return to what they were when the text returns to an older form', () => {
    const { contentHash } = articleHashes({ ...articleExample, body: 'It rained.' });
    expect(contentHash).not.toBe(hashes.contentHash);
    expect(articleHashes({ ...articleExample, body: articleExample.body })).toEqual(hashes);
  });
});

describe('completeness', () => {
  it('is a total order: page, full entry, summary; scraped text counts as a page', () => {
    expect(EXTRACTION_MODES.map((how) => [how, completeness(how)])).toEqual([
      ['page', 3],
      ['scraped-text', 3],
      ['entry', 2],
      ['summary', 1],
    ]);
  });
});

describe('the schema of an article', () => {
  const check = (changed: object) => articleValidator.check({ ...articleExample, ...changed });

  it('knows the kinds of the design, unknown among them', () => {
    for (const kind of ['article', 'live-blog', 'video', 'gallery', 'paywalled', 'index', 'unknown']) {
      expect(ARTICLE_KINDS).toContain(kind);
      expect(check({ kind })).toBe(true);
    }
    expect(check({ kind: 'story' })).toBe(false);
  });

  it('knows the modes of the design', () => {
    for (const how of ['page', 'entry', 'summary', 'scraped-text']) {
      expect(check({ extraction: { how, parserVersion: 1, warnings: [] } })).toBe(true);
    }
  });

  it('takes an article that is gone: neither title nor body', () => {
    expect(check({ gone: true, title: null, body: null, fingerprint: null, headings: [], wordCount: 0 })).toBe(true);
  });

  it('takes sanitised HTML beside the text, or none', () => {
    expect(check({ html: '<p>It rained.</p>' })).toBe(true);
    const { html, ...without } = articleExample;
    expect(html).toContain('<p>');
    expect(articleValidator.check(without)).toBe(true);
  });

  it.each([
    ['a time that is not UTC', { publishedAt: '2026-03-14T12:45:00.000+05:30' }],
    ['an offset without colon', { publishedOffset: '+0530' }],
    ['a precision that is not of the three', { publishedPrecision: 'hour' }],
    ['authors that are no list', { authors: 'Asha Verma' }],
    ['authors that are no strings', { authors: [{ name: 'Asha Verma' }] }],
    [
      'an image without caption, not even null',
      { images: [{ url: 'https://a.example/i.jpg', width: 1, height: 1, alt: null }] },
    ],
    ['a fingerprint that is not 64 bits of hex', { fingerprint: '9f3c' }],
    ["a parser's version that is no integer", { extraction: { how: 'page', parserVersion: 1.5, warnings: [] } }],
    ["a parser's version of zero", { extraction: { how: 'page', parserVersion: 0, warnings: [] } }],
  ])('refuses %s', (_, changed) => {
    expect(check(changed)).toBe(false);
  });
});

describe('the example', () => {
  it('keeps the rules: its id is of its canonical URL, its body has neither title, kicker nor summary, its headings stand in the body', () => {
    const { id, canonicalUrl, sourceId, externalId, rawId, title, kicker, summary, body, headings } = articleExample;
    expect(id).toBe(articleId({ canonicalUrl, sourceId, externalId, rawId }));
    for (const text of [title, kicker, summary]) expect(body).not.toContain(text);
    for (const heading of headings) expect(body!.split('\n\n')).toContain(heading);
  });
});
