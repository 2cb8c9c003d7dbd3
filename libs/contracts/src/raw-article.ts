import { createHash } from 'node:crypto';
import { Type, type Static } from 'typebox';
import { canonicalUrl, withoutTracking } from './canonical-url.ts';
import { rawArticleIdOfUrl, sourceId } from './article-id.ts';
import { compileValidator, instant, orNull, sha256, uuid } from './schema.ts';

/**
 * A feed entry as found, in the words that RSS, RDF, Atom and JSON Feed share. Dates keep their offset; a day without a
 * time is a full-date (RFC 3339).
 */
export const FeedEntrySchema = Type.Object(
  {
    guid: orNull(Type.String({ description: 'RSS guid, Atom id, JSON Feed id' })),
    link: orNull(Type.String({ description: 'Absolute address of the page' })),
    linkShared: Type.Boolean({
      description: 'Several entries of the same document have this link, so it identifies none of them',
    }),
    title: orNull(Type.String({ description: 'Plain text' })),
    summary: orNull(Type.String({ description: 'HTML, as found' })),
    content: orNull(Type.String({ description: 'HTML, as found' })),
    authors: Type.Array(Type.String({ description: 'As found: names, sometimes with an address' })),
    published: orNull(Type.String({ description: 'RFC 3339 date-time with offset, or full-date' })),
    updated: orNull(Type.String({ description: 'RFC 3339 date-time with offset, or full-date' })),
    language: orNull(Type.String({ description: "BCP 47, the entry's own or its feed's" })),
    categories: Type.Array(Type.String()),
    images: Type.Array(
      Type.Object({
        url: Type.String(),
        width: orNull(Type.Integer({ minimum: 0 })),
        height: orNull(Type.Integer({ minimum: 0 })),
        alt: orNull(Type.String()),
        caption: orNull(Type.String()),
      }),
    ),
    feedTitle: orNull(Type.String({ description: 'Title of the feed that listed the entry' })),
  },
  { title: 'FeedEntry' },
);

/** See {@link FeedEntrySchema}. */
export type FeedEntry = Static<typeof FeedEntrySchema>;

/** Data of `news.raw.v1`: one fetch of one article, as it came. */
export const RawArticleSchema = Type.Object(
  {
    id: uuid('UUIDv5 of the discovery URL, of source and path, or of source and guid'),
    sourceId: uuid(),
    url: orNull(
      Type.String({ description: 'Address at which it was discovered; null for files and entries without link' }),
    ),
    path: Type.Optional(orNull(Type.String({ description: "A file's path relative to its source" }))),
    fetchedAt: instant(),
    http: orNull(
      Type.Object({
        status: Type.Integer({ minimum: 100, maximum: 599 }),
        etag: orNull(Type.String()),
        lastModified: orNull(Type.String()),
        finalUrl: Type.String({ description: 'After redirects' }),
      }),
    ),
    entry: orNull(FeedEntrySchema),
    mediaType: Type.String({ description: 'Of the body, lower case and without parameters: text/html, text/plain …' }),
    charset: orNull(
      Type.String({
        description: 'As declared outside the body, such as by the HTTP header; null where nothing declares it',
      }),
    ),
    body: orNull(
      Type.String({
        description:
          "The page or file; for an entry whose page was not fetched, the entry's content, else its summary, else empty; null when the page is gone (404, 410)",
      }),
    ),
    bodyEncoding: Type.Enum(['utf8', 'base64'], {
      description: 'base64 where the bytes are not valid UTF-8; utf8 text is the bytes, decoded, with nothing removed',
    }),
    contentHash: sha256('Of the body bytes and, where there is one, of the comparable entry'),
  },
  { $id: 'urn:khabar:schema:news.raw.v1', title: 'RawArticle' },
);

/** See {@link RawArticleSchema}. */
export type RawArticle = Static<typeof RawArticleSchema>;

/** Compiled form of {@link RawArticleSchema}. */
export const rawArticleValidator = compileValidator('raw article', RawArticleSchema);

/** The body as bytes, whichever way it travelled; null when the page is gone. */
export function bodyBytes(raw: Pick<RawArticle, 'body' | 'bodyEncoding'>): Buffer | null {
  return raw.body === null ? null : Buffer.from(raw.body, raw.bodyEncoding);
}

/** Bytes as a raw article carries them: as UTF-8 text where that is lossless, else as base64. */
export function encodeBody(bytes: Uint8Array): Pick<RawArticle, 'body' | 'bodyEncoding'> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString('utf8');
  return Buffer.from(text, 'utf8').equals(buffer)
    ? { body: text, bodyEncoding: 'utf8' }
    : { body: buffer.toString('base64'), bodyEncoding: 'base64' };
}

/**
 * What of an entry makes a new form of the article: the entry without tracking parameters, which many feeds vary from
 * fetch to fetch, and without what says nothing of the article (its feed's title, its order of categories).
 */
export function comparableEntry(entry: FeedEntry): unknown {
  const url = (found: string | null) => (found === null ? null : (canonicalUrl(found) ?? found));
  const html = (found: string | null) => (found === null ? null : withoutTracking(found).replace(/\s+/g, ' ').trim());
  return [
    entry.guid,
    url(entry.link),
    html(entry.title),
    html(entry.summary),
    html(entry.content),
    entry.authors,
    entry.published,
    entry.updated,
    entry.language,
    [...new Set(entry.categories)].sort(),
    entry.images.map((image) => [url(image.url), image.alt, image.caption]),
  ];
}

/** Stands in a content hash for the body of a page that is gone, which is not the same as an empty one. */
const GONE = '\0gone';

/**
 * The content hash of a raw article: plain SHA-256 of the bytes where there is no entry (so `sha256sum` of a file agrees),
 * else SHA-256 of the bytes, a zero byte and the comparable entry. An entry's own text is not hashed twice. Bytes are null
 * where the page is gone.
 */
export function rawContentHash(bytes: Uint8Array | null, entry: FeedEntry | null): string {
  const hash = createHash('sha256');
  if (bytes === null) hash.update(GONE);
  else if (entry === null || !isEntryText(bytes, entry)) hash.update(bytes);
  if (entry !== null) hash.update('\0').update(JSON.stringify(comparableEntry(entry)));
  return hash.digest('hex');
}

function isEntryText(bytes: Uint8Array, entry: FeedEntry): boolean {
  return Buffer.from(ownText(entry)).equals(bytes);
}

/** Whether the body is the feed entry's own text: no page was fetched for it. */
export function isEntryOnly(raw: Pick<RawArticle, 'http' | 'entry' | 'body'>): boolean {
  if (raw.entry === null || raw.http !== null) return false;
  return raw.body !== null && raw.body.toWellFormed() === ownText(raw.entry);
}

// Half a surrogate pair, which a feed may have, does not survive as UTF-8.
function ownText(entry: FeedEntry): string {
  return (entry.content ?? entry.summary ?? '').toWellFormed();
}

/** A raw article for documentation and tests. */
export const rawArticleExample: RawArticle = (() => {
  const url = 'https://news.example.org/2026/03/rain-reaches-the-coast';
  const body = '<html><head><title>Rain reaches the coast</title></head><body><p>It rained.</p></body></html>';
  return {
    id: rawArticleIdOfUrl(url),
    sourceId: sourceId('feed', 'https://news.example.org/feed.xml'),
    url,
    fetchedAt: '2026-03-14T09:30:00.000Z',
    http: { status: 200, etag: '"a1"', lastModified: 'Sat, 14 Mar 2026 09:00:00 GMT', finalUrl: url },
    entry: null,
    mediaType: 'text/html',
    charset: 'utf-8',
    ...encodeBody(Buffer.from(body)),
    contentHash: rawContentHash(Buffer.from(body), null),
  };
})();
