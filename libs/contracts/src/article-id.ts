import { v5 as uuidv5 } from 'uuid';
import { canonicalUrl } from './canonical-url.ts';
import { KhabarError } from './khabar-error.ts';

/** The namespace of every id of ours (RFC 9562, 6.6): drawn once at random. Another would rename every article. */
const NAMESPACE = 'a38fbd5e-bb94-44b4-a6ea-a68b60da475a';

// Parts are framed as JSON, so that no two lists of parts give the same name.
function nameId(...parts: readonly (string | number)[]): string {
  return uuidv5(JSON.stringify(parts), NAMESPACE);
}

/** Every kind of source that has an id of its own. */
export const SOURCE_KINDS = ['feed', 'sitemap', 'section', 'page', 'folder', 'file', 'archive', 'push'] as const;

/** See {@link SOURCE_KINDS}. */
export type SourceKind = (typeof SOURCE_KINDS)[number];

/**
 * The id of a source: of its kind and canonical URL; a folder or file of its path as configured, relative to the workspace
 * (`/` as separator, no `./` in front, no `/` behind), so that it is the same on every machine.
 */
export function sourceId(kind: SourceKind, address: string): string {
  if (kind === 'folder' || kind === 'file') return nameId('source', kind, normalPath(address));
  return nameId('source', kind, canonicalUrl(address) ?? address);
}

/** A raw article's id from the address at which it was discovered. @throws KhabarError `invalid-url` when it is no http(s) address. */
export function rawArticleIdOfUrl(discoveryUrl: string): string {
  const canonical = canonicalUrl(discoveryUrl);
  if (canonical === null)
    throw new KhabarError('invalid-url', 'A discovery URL must be an absolute http or https address');
  return nameId('raw', 'url', canonical);
}

/** A raw article's id from its source and its file's path relative to that source. */
export function rawArticleIdOfFile(source: string, path: string): string {
  return nameId('raw', 'file', source, normalPath(path));
}

/** A raw article's id from its source and guid: for an entry without link, or whose link several entries share. */
export function rawArticleIdOfGuid(source: string, guid: string): string {
  return nameId('raw', 'guid', source, guid);
}

/** What decides an article's identity. */
export interface ArticleIdentity {
  readonly canonicalUrl: string | null;
  readonly sourceId: string;
  readonly externalId: string | null;
  readonly rawId: string;
}

/** An article's id: of its canonical URL, else of source and external id, else its raw article's id itself. */
export function articleId(identity: ArticleIdentity): string {
  if (identity.canonicalUrl !== null) return nameId('article', 'url', identity.canonicalUrl);
  if (identity.externalId !== null) return nameId('article', 'external', identity.sourceId, identity.externalId);
  return identity.rawId;
}

/** CloudEvents id of `news.raw.v1`: the same for a redelivery, another for a fetch at another time. */
export function rawEventId(raw: { id: string; contentHash: string; fetchedAt: string }): string {
  return nameId('event', 'news.raw.v1', raw.id, raw.contentHash, raw.fetchedAt);
}

/** CloudEvents id of `news.articles.v1`: what one version of the parser makes of one raw event. */
export function articleEventId(rawEvent: string, parserVersion: number): string {
  return nameId('event', 'news.articles.v1', rawEvent, parserVersion);
}

/** CloudEvents id of `news.changes.v1`. */
export function changeEventId(article: string, revision: number): string {
  return nameId('event', 'news.changes.v1', article, revision);
}

function normalPath(path: string): string {
  return path
    .replaceAll('\\', '/')
    .split('/')
    .filter((segment, at) => segment !== '.' && (segment !== '' || at === 0))
    .join('/')
    .normalize('NFC');
}
