import { type Article, compareRanks, compareText, type FormRank } from '@khabar/contracts';

/**
 * One form in which an article was seen: what one event of `news.articles.v1` said of it, without the text. Two forms have the same text
 * when their two hashes are equal; the rest of a form describes its fetch.
 */
export interface Form extends FormRank {
  /** CloudEvents id: a redelivery has the same. */
  readonly eventId: string;
  readonly rawId: string;
  readonly sourceId: string;
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

/** The total order that decides which form of an article is present, whatever order they arrive in. Negative when `a` stands below `b`. */
export function compareForms(a: Form, b: Form): number {
  return compareRanks(a, b) || compareText(a.eventId, b.eventId);
}

/** Whether two forms show the same text and the same metadata. */
export function sameText(a: TextIdentity, b: TextIdentity): boolean {
  return a.contentHash === b.contentHash && a.metadataHash === b.metadataHash;
}

/** What tells one text of an article from another. */
export type TextIdentity = Pick<Form, 'contentHash' | 'metadataHash'>;
