import { type Article, type ExtractionMode, completeness } from './article.ts';

/** What decides which of an article's forms is present. */
export interface FormRank {
  readonly how: ExtractionMode;
  /** RFC 3339 UTC with milliseconds, so text order is time order. */
  readonly fetchedAt: string;
  readonly parserVersion: number;
  readonly contentHash: string;
  readonly metadataHash: string;
}

/** The rank of what an article says of its fetch and its text. */
export function rankOf({ fetchedAt, contentHash, metadataHash, extraction }: Article): FormRank {
  const { how, parserVersion } = extraction;
  return { how, fetchedAt, parserVersion, contentHash, metadataHash };
}

/**
 * The total order of forms with different texts: completeness, fetchedAt, parserVersion, contentHash (design, section 3), then what only
 * makes it total. Negative when `a` stands below `b`, which is then the one that is shown.
 */
export function compareRanks(a: FormRank, b: FormRank): number {
  return (
    completeness(a.how) - completeness(b.how) ||
    compareText(a.fetchedAt, b.fetchedAt) ||
    a.parserVersion - b.parserVersion ||
    compareText(a.contentHash, b.contentHash) ||
    compareText(a.metadataHash, b.metadataHash)
  );
}

/** Order of code units: of ids, hashes and instants of one form, that of their bytes. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
