import {
  type FeedEntry,
  KhabarError,
  encodeBody,
  rawArticleIdOfGuid,
  rawArticleIdOfUrl,
  rawContentHash,
  canonicalUrl,
} from '@khabar/contracts';
import { identityOf, parseFeed } from '@khabar/feeds';
import type { DocumentFetcher, DocumentResponse } from '../fetching/fetch-document.ts';
import type { AnnouncedForm } from '../frontier/announced.ts';
import type { Source } from '../sources/source.entity.ts';
import { type Discovery, type DiscoveryEnd, type Finding, headOf, rawFinding, rejectedFinding } from './finding.ts';
import { createHash } from 'node:crypto';

/** What a feed is asked for; servers that look at it get the honest wish, the others send what they have. */
const ACCEPT =
  'application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5';

/** What of a source a feed's discovery needs. */
export type FeedSource = Pick<Source, 'id' | 'address' | 'language' | 'etag' | 'lastModified' | 'movedTo'>;

/** Polls a feed: one conditional GET; entries that were not announced in this form come as one batch. */
export async function* discoverFeed(
  source: FeedSource,
  documents: DocumentFetcher,
  known: (ids: readonly string[]) => Promise<ReadonlyMap<string, AnnouncedForm>>,
  signal: AbortSignal,
): Discovery {
  const response = await documents.fetch({
    url: source.movedTo ?? source.address,
    etag: source.etag,
    lastModified: source.lastModified,
    accept: ACCEPT,
    signal,
  });
  const movedTo = response.movedTo ?? source.movedTo;
  if (response.status === 304) {
    const { etag, lastModified } = source;
    return {
      ...nothingSaid,
      unchanged: true,
      status: 304,
      etag: response.etag ?? etag,
      lastModified: response.lastModified ?? lastModified,
      movedTo,
    };
  }
  if (response.bytes === null) return refused(response, source);

  const parsed = parseFeed(response.bytes, { contentType: response.contentType, url: response.finalUrl });
  const found = feedFindings(source, parsed.entries, new Date().toISOString());
  const forms = await known(found.map(({ id }) => id));
  const fresh = found.filter(({ id, contentHash }) => forms.get(id)?.contentHash !== contentHash);
  if (fresh.length > 0) yield fresh;
  return {
    ...nothingSaid,
    status: response.status,
    etag: response.etag,
    lastModified: response.lastModified,
    movedTo,
    title: parsed.feed.title,
    siteUrl: parsed.feed.link,
  };
}

const nothingSaid = { kind: 'read', unchanged: false, title: null, siteUrl: null, unsettled: false } as const;

/**
 * The entries of one document as findings, each raw article once: of an entry that the document lists several times its newest
 * form (RFC 4287, 4.1.1).
 */
export function feedFindings(
  source: Pick<Source, 'id' | 'address' | 'language'>,
  entries: readonly FeedEntry[],
  fetchedAt: string,
): Finding[] {
  const newest = new Map<string, { entry: FeedEntry; finding: Finding }>();
  for (const found of entries) {
    const entry = { ...found, language: found.language ?? source.language };
    const finding = findingOf(source, entry, fetchedAt);
    const rival = newest.get(finding.id);
    if (rival === undefined || timeOf(entry) > timeOf(rival.entry)) newest.set(finding.id, { entry, finding });
  }
  return [...newest.values()].map(({ finding }) => finding);
}

function findingOf(source: Pick<Source, 'id' | 'address'>, entry: FeedEntry, fetchedAt: string): Finding {
  const id = rawArticleIdOfEntry(source.id, entry);
  if (id === null) return withoutIdentity(source, entry, fetchedAt);
  const bytes = Buffer.from(entry.content ?? entry.summary ?? '');
  return rawFinding({
    id,
    sourceId: source.id,
    url: entry.link,
    fetchedAt,
    http: null,
    entry,
    mediaType: 'text/html',
    charset: null,
    ...encodeBody(bytes),
    contentHash: rawContentHash(bytes, entry),
  });
}

/** Of its link, unless several entries share it; else of source and guid, or of its title where it has no guid; null where it has nothing. */
function rawArticleIdOfEntry(sourceId: string, entry: FeedEntry): string | null {
  if (entry.link !== null && !entry.linkShared && canonicalUrl(entry.link) !== null) {
    return rawArticleIdOfUrl(entry.link);
  }
  const identity = identityOf(entry);
  return identity === '' ? null : rawArticleIdOfGuid(sourceId, identity);
}

function withoutIdentity(source: Pick<Source, 'id' | 'address'>, entry: FeedEntry, fetchedAt: string): Finding {
  const bytes = Buffer.from(JSON.stringify(entry));
  const contentHash = rawContentHash(null, entry);
  return rejectedFinding(
    { id: rawArticleIdOfGuid(source.id, `without identity ${contentHash}`), contentHash, fileStamp: null },
    {
      sourceId: source.id,
      url: source.address,
      path: null,
      fetchedAt,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      head: headOf(bytes),
    },
    new KhabarError('entry-without-identity', 'The entry has neither link nor guid nor title'),
  );
}

function timeOf({ updated, published }: FeedEntry): number {
  const said = updated ?? published;
  return said === null ? Number.NEGATIVE_INFINITY : Date.parse(said);
}

const WORDS: Readonly<Record<number, string>> = {
  401: 'asks for a password',
  403: 'forbids us to read it',
  404: 'knows no such page',
  429: 'finds that we come too often',
  500: 'has a fault of its own',
  502: 'cannot reach the server behind it',
  503: 'is overloaded or being repaired',
  504: 'waits in vain for the server behind it',
};

function refused({ status, finalUrl, retryAfterMs }: DocumentResponse, source: FeedSource): DiscoveryEnd {
  const host = new URL(finalUrl).host;
  if (status === 410) {
    const reason = new KhabarError('gone', `${host} says that ${source.address} is gone for good (HTTP 410)`);
    return { kind: 'gone', status, reason };
  }
  const words = WORDS[status] ?? 'gave an answer that is no document';
  const reason = new KhabarError(`http-${status}`, `${host} ${words} (HTTP ${status})`, { retriable: true });
  return { kind: 'failed', status, retryAfterMs, reason };
}
