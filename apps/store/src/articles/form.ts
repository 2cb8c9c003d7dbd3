import { type Article, completeness, type ExtractionMode } from '@khabar/contracts';

/**
 * One form in which an article was seen: what one event of `news.articles.v1` said of it, without the text. Two forms have the same text
 * when their two hashes are equal; the rest of a form describes its fetch.
 */
export interface Form {
  /** CloudEvents id: a redelivery has the same. */
  readonly eventId: string;
  readonly rawId: string;
  readonly sourceId: string;
  /** RFC 3339 UTC with milliseconds, so text order is time order. */
  readonly fetchedAt: string;
  readonly how: ExtractionMode;
  readonly parserVersion: number;
  readonly contentHash: string;
  readonly metadataHash: string;
  readonly url: string | null;
  readonly wordCount: number;
  readonly fingerprint: string | null;
  readonly warnings: readonly string[];
}

/** The form that an event shows. */
export function formOf(eventId: string, article: Article): Form {
  const { rawId, sourceId, fetchedAt, contentHash, metadataHash, url, wordCount, fingerprint, extraction } = article;
  const { how, parserVersion, warnings } = extraction;
  return {
    eventId,
    rawId,
    sourceId,
    fetchedAt,
    how,
    parserVersion,
    contentHash,
    metadataHash,
    url,
    wordCount,
    fingerprint,
    warnings,
  };
}

/**
 * The total order that decides which form of an article is present, whatever order they arrive in: completeness, fetchedAt,
 * parserVersion, contentHash (design, section 3), then what only makes it total. Negative when `a` stands below `b`.
 */
export function compareForms(a: Form, b: Form): number {
  return (
    completeness(a.how) - completeness(b.how) ||
    compareText(a.fetchedAt, b.fetchedAt) ||
    a.parserVersion - b.parserVersion ||
    compareText(a.contentHash, b.contentHash) ||
    compareText(a.metadataHash, b.metadataHash) ||
    compareText(a.eventId, b.eventId)
  );
}

/** Whether two forms show the same text and the same metadata. */
export function sameText(a: TextIdentity, b: TextIdentity): boolean {
  return a.contentHash === b.contentHash && a.metadataHash === b.metadataHash;
}

/** What tells one text of an article from another. */
export type TextIdentity = Pick<Form, 'contentHash' | 'metadataHash'>;

/** Order of code units: of ids, hashes and instants of one form, that of their bytes. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
