import {
  type RawArticle,
  encodeBody,
  rawArticleIdOfFile,
  rawArticleIdOfUrl,
  rawContentHash,
  sourceId,
} from '@khabar/contracts';

/** Where a page comes from: an address, or a file of a folder (relative to the workspace). */
export type PageOrigin =
  | { readonly url: string; readonly http: NonNullable<RawArticle['http']> }
  | { readonly folder: string; readonly file: string };

/** One page as it was read. */
export interface Page {
  readonly origin: PageOrigin;
  /** Null when the page is gone (404, 410). */
  readonly bytes: Uint8Array | null;
  /** Lower case and without parameters. */
  readonly mediaType: string;
  /** As declared outside the bytes. */
  readonly charset: string | null;
  /** RFC 3339 UTC. */
  readonly fetchedAt: string;
}

/**
 * The page as the raw article that the fetcher would publish. A file of a watched folder has the id that the store knows it by; an
 * address is taken for a source of its own.
 */
export function toRawArticle({ origin, bytes, mediaType, charset, fetchedAt }: Page): RawArticle {
  const content = {
    fetchedAt,
    entry: null,
    mediaType,
    charset,
    ...(bytes === null ? { body: null, bodyEncoding: 'utf8' as const } : encodeBody(bytes)),
    contentHash: rawContentHash(bytes, null),
  };
  if ('url' in origin) {
    const { url, http } = origin;
    return { id: rawArticleIdOfUrl(url), sourceId: sourceId('page', url), url, path: null, http, ...content };
  }
  const source = sourceId('folder', origin.folder);
  const id = rawArticleIdOfFile(source, origin.file);
  return { id, sourceId: source, url: null, path: origin.file, http: null, ...content };
}

/** A page that someone else fetched without saying how. */
export function fetchedElsewhere(url: string): PageOrigin {
  return { url, http: { status: 200, etag: null, lastModified: null, finalUrl: url } };
}

/** A file's media type by its extension, as the fetcher tells it; of what is unknown the parser looks into the bytes. */
export function mediaTypeOf(file: string): string {
  const extension = /\.([^./\\]+)$/.exec(file)?.[1]?.toLowerCase() ?? '';
  if (['html', 'htm', 'xhtml'].includes(extension)) return 'text/html';
  return ['', 'txt', 'text', 'md'].includes(extension) ? 'text/plain' : UNKNOWN_TYPE;
}

/** Media type of bytes of which nothing is known. */
export const UNKNOWN_TYPE = 'application/octet-stream';
