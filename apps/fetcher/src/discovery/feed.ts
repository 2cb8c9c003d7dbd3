import { type FeedEntry, KhabarError, encodeBody, rawArticleIdOfGuid, rawContentHash } from '@khabar/contracts';
import { parseFeed } from '@khabar/feeds';
import type { DocumentFetcher, DocumentResponse } from '../fetching/fetch-document.ts';
import { BodyTooLarge } from '../fetching/read-body.ts';
import type { AnnouncedForm } from '../frontier/announced.ts';
import type { Source } from '../sources/source.entity.ts';
import { type IdentifiedEntry, identifyEntries, idsToLookUp } from './entry-identity.ts';
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
  const { etag, lastModified } = source;
  let response: DocumentResponse;
  try {
    const url = source.movedTo ?? source.address;
    response = await documents.fetch({ url, etag, lastModified, accept: ACCEPT, signal });
  } catch (error) {
    if (!(error instanceof BodyTooLarge)) throw error;
    const finding = rejectedDocument(source, error, new Date().toISOString());
    const before = (await known([finding.id])).get(finding.id);
    if (before?.contentHash !== finding.contentHash) yield [finding];
    return { kind: 'failed', status: null, retryAfterMs: null, reason: error };
  }
  const movedTo = response.movedTo ?? source.movedTo;
  if (response.status === 304) {
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
  const forms = await known(idsToLookUp(source.id, parsed.entries));
  const found = feedFindings(source, identifyEntries(source.id, parsed.entries, forms), new Date().toISOString());
  const rejected = found.filter(({ announcement }) => announcement?.kind === 'rejected').map(({ id }) => id);
  const rejectedBefore = rejected.length > 0 ? await known(rejected) : new Map<string, AnnouncedForm>();
  const fresh = found.filter(
    ({ id, contentHash }) => (forms.get(id) ?? rejectedBefore.get(id))?.contentHash !== contentHash,
  );
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
  entries: readonly IdentifiedEntry[],
  fetchedAt: string,
): Finding[] {
  const newest = new Map<string, { entry: FeedEntry; finding: Finding }>();
  for (const { entry: found, ...identity } of entries) {
    const entry = { ...found, language: found.language ?? source.language };
    const finding = findingOf(source, { ...identity, entry }, fetchedAt);
    const rival = newest.get(finding.id);
    if (rival === undefined || timeOf(entry) > timeOf(rival.entry)) newest.set(finding.id, { entry, finding });
  }
  return [...newest.values()].map(({ finding }) => finding);
}

function findingOf(
  source: Pick<Source, 'id' | 'address'>,
  { entry, id, holder }: IdentifiedEntry,
  fetchedAt: string,
): Finding {
  if (id === null) return rejectedEntry(source, entry, fetchedAt);
  const bytes = Buffer.from(entry.content ?? entry.summary ?? '');
  const raw = {
    ...{ id, sourceId: source.id, url: entry.link, fetchedAt, http: null, entry },
    ...{ mediaType: 'text/html', charset: null, ...encodeBody(bytes), contentHash: rawContentHash(bytes, entry) },
  };
  return rawFinding(raw, { holder });
}

function rejectedEntry(source: Pick<Source, 'id' | 'address'>, entry: FeedEntry, fetchedAt: string): Finding {
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

/** A document over the limit, once as long as it begins the same: how it goes on nobody read. */
function rejectedDocument(
  { id, address }: Pick<Source, 'id' | 'address'>,
  reason: BodyTooLarge,
  fetchedAt: string,
): Finding {
  const { head } = reason;
  const contentHash = createHash('sha256').update(head).digest('hex');
  return rejectedFinding(
    { id: rawArticleIdOfGuid(id, `document ${address}`), contentHash, fileStamp: null },
    { sourceId: id, url: address, path: null, fetchedAt, bytes: null, sha256: null, head: headOf(head) },
    reason,
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
