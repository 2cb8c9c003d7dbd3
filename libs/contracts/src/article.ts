import { createHash } from 'node:crypto';
import { Type, type Static } from 'typebox';
import { articleId, rawArticleIdOfUrl, sourceId } from './article-id.ts';
import { compileValidator, instant, orNull, sha256, uuid } from './schema.ts';

/** What a page turned out to be; only `article` is a text of its own. */
export const ARTICLE_KINDS = [
  'article',
  'live-blog',
  'video',
  'audio',
  'gallery',
  'paywalled',
  'login',
  'consent',
  'error',
  'index',
  'unknown',
] as const;

/** What an article was made of, the fullest first. */
export const EXTRACTION_MODES = ['page', 'scraped-text', 'entry', 'summary'] as const;

/** See {@link EXTRACTION_MODES}. */
export type ExtractionMode = (typeof EXTRACTION_MODES)[number];

/** Data of `news.articles.v1`: one article as the parser reads it out of one raw article. */
export const ArticleSchema = Type.Object(
  {
    id: uuid('UUIDv5 of the canonical URL, else of source and external id, else the raw id'),
    rawId: uuid(),
    sourceId: uuid(),
    fetchedAt: instant('Of the raw article'),
    externalId: orNull(Type.String({ description: "The publisher's own id: guid, or an id found in the page" })),
    url: orNull(Type.String({ description: 'Where the page was read: after redirects, without tracking parameters' })),
    canonicalUrl: orNull(Type.String()),
    title: orNull(Type.String({ description: 'Without site name; null only when gone' })),
    kicker: orNull(Type.String({ description: 'The label before or above the title or standfirst' })),
    summary: orNull(Type.String({ description: 'The standfirst' })),
    body: orNull(
      Type.String({
        description:
          'Plain text, paragraphs and headings apart by an empty line; without title, kicker and summary; null only when gone',
      }),
    ),
    html: Type.Optional(
      Type.String({
        description:
          'The same body as sanitised HTML of a small fixed vocabulary, with links and figures: body is what docs/consumers says its text is; absent when gone, larger than 1 MiB, or left out by ARTICLE_HTML',
      }),
    ),
    headings: Type.Array(Type.String(), { description: 'The headings in the body, in order' }),
    kind: Type.Enum(ARTICLE_KINDS),
    gone: Type.Boolean({ description: 'The page answered 404 or 410' }),
    authors: Type.Array(Type.String(), { description: 'People' }),
    agencies: Type.Array(Type.String(), { description: 'News agencies named as origin' }),
    publishedAt: orNull(instant()),
    modifiedAt: orNull(instant()),
    publishedOffset: orNull(
      Type.String({ pattern: '^[+-]\\d{2}:\\d{2}$', description: 'UTC offset in which the page said publishedAt' }),
    ),
    publishedPrecision: orNull(
      Type.Enum(['instant', 'day', 'guessed'], {
        description: 'How sure publishedAt is; of a day, publishedAt is its midnight UTC; null where publishedAt is',
      }),
    ),
    language: orNull(Type.String({ description: 'BCP 47, of the text, whatever the page claims' })),
    section: orNull(Type.String()),
    tags: Type.Array(Type.String()),
    images: Type.Array(
      Type.Object({
        url: Type.String(),
        width: orNull(Type.Integer({ minimum: 0 })),
        height: orNull(Type.Integer({ minimum: 0 })),
        alt: orNull(Type.String()),
        caption: orNull(Type.String()),
      }),
    ),
    wordCount: Type.Integer({ minimum: 0, description: 'Words of the body by Unicode word segmentation (UAX 29)' }),
    contentHash: sha256('Of title and body'),
    metadataHash: sha256('Of the rest that describes the article, not the fetch'),
    fingerprint: orNull(
      Type.String({ pattern: '^[0-9a-f]{16}$', description: '64-bit SimHash of the body; null without body' }),
    ),
    extraction: Type.Object({
      how: Type.Enum(EXTRACTION_MODES),
      parserVersion: Type.Integer({ minimum: 1, description: 'Only rises' }),
      warnings: Type.Array(Type.String(), { description: 'Kebab-case codes: no-date, broken-encoding …' }),
    }),
  },
  { $id: 'urn:khabar:schema:news.articles.v1', title: 'Article' },
);

/** See {@link ArticleSchema}. */
export type Article = Static<typeof ArticleSchema>;

/** Compiled form of {@link ArticleSchema}. */
export const articleValidator = compileValidator('article', ArticleSchema);

const CONTENT_FIELDS = ['title', 'body'] as const;
const METADATA_FIELDS = [
  'externalId',
  'canonicalUrl',
  'kicker',
  'summary',
  'html',
  'headings',
  'kind',
  'gone',
  'authors',
  'agencies',
  'publishedAt',
  'modifiedAt',
  'publishedOffset',
  'publishedPrecision',
  'language',
  'section',
  'tags',
  'images',
] as const;

/**
 * What the two hashes are made of: all of an article but its ids, its fetch and what is derived from its text. The order is part of the
 * hashes.
 */
export const HASHED_FIELDS = [...CONTENT_FIELDS, ...METADATA_FIELDS] as const;

/** An article as far as {@link HASHED_FIELDS} go. */
export type HashedFields = Pick<Article, (typeof HASHED_FIELDS)[number]>;

/**
 * The two hashes of an article. Two sources that tell the same article alike give equal hashes, and so do two fetches of an
 * unchanged page and two parser versions that read it alike.
 */
export function articleHashes(article: HashedFields): Pick<Article, 'contentHash' | 'metadataHash'> {
  const content = CONTENT_FIELDS.map((field) => article[field]);
  const metadata = METADATA_FIELDS.map((field) =>
    field === 'images'
      ? article.images.map(({ url, width, height, alt, caption }) => [url, width, height, alt, caption])
      : (article[field] ?? null),
  );
  return { contentHash: digest(content), metadataHash: digest(metadata) };
}

/** How complete a form of an article is, higher is fuller: page or scraped text 3, full entry 2, summary 1. */
export function completeness(how: ExtractionMode): 1 | 2 | 3 {
  return how === 'summary' ? 1 : how === 'entry' ? 2 : 3;
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

/** An article for documentation and tests. */
export const articleExample: Article = (() => {
  const canonicalUrl = 'https://news.example.org/2026/03/rain-reaches-the-coast';
  const rawId = rawArticleIdOfUrl(canonicalUrl);
  const source = sourceId('feed', 'https://news.example.org/feed.xml');
  const described: HashedFields = {
    externalId: null,
    canonicalUrl,
    title: 'Rain reaches the coast',
    kicker: 'Weather',
    summary: 'After nine dry weeks the first clouds came in from the sea.',
    body: 'The first drops fell on the harbour shortly before noon.\n\nRelief for farmers\n\nGrowers in the valley expect a late harvest.',
    html: '<p>The first drops fell on the <strong>harbour</strong> shortly before noon.</p><h2>Relief for farmers</h2><p>Growers in the valley expect a late harvest.</p>',
    headings: ['Relief for farmers'],
    kind: 'article',
    gone: false,
    authors: ['Asha Verma'],
    agencies: [],
    publishedAt: '2026-03-14T07:15:00.000Z',
    modifiedAt: null,
    publishedOffset: '+05:30',
    publishedPrecision: 'instant',
    language: 'en',
    section: 'Weather',
    tags: ['rain', 'farming'],
    images: [
      { url: 'https://news.example.org/img/harbour.jpg', width: 1200, height: 800, alt: 'The harbour', caption: null },
    ],
  };
  return {
    id: articleId({ canonicalUrl, sourceId: source, externalId: null, rawId }),
    rawId,
    sourceId: source,
    fetchedAt: '2026-03-14T09:30:00.000Z',
    url: canonicalUrl,
    ...described,
    wordCount: 20,
    ...articleHashes(described),
    fingerprint: '9f3c62d1a07be845',
    extraction: { how: 'page', parserVersion: 1, warnings: [] },
  };
})();
