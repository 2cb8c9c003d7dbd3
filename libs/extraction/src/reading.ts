import type { Article, ExtractionMode } from '@khabar/contracts';
import type { Block } from './block.ts';

/**
 * What one way of reading (scraped text, a page, a feed entry) finds in its input, as found: names not yet told apart into people and
 * agencies, dates still text. The recipe in extract-article.ts makes an article of it.
 */
export interface Reading {
  readonly how: ExtractionMode;
  readonly kind: Article['kind'];
  /** The likeliest first; site names may still be in them. */
  readonly titles: readonly string[];
  readonly kicker: string | null;
  readonly summary: string | null;
  readonly blocks: readonly Block[];
  /** Bylines and names as found. */
  readonly bylines: readonly string[];
  readonly agencies: readonly string[];
  /** Dates as found, the most trustworthy first: RFC 3339, RFC 9110 or in words of any language. */
  readonly published: readonly string[];
  readonly modified: readonly string[];
  /** What the input claims its language to be; BCP 47, unchecked. */
  readonly claimedLanguage: string | null;
  readonly section: string | null;
  readonly tags: readonly string[];
  readonly images: Article['images'];
  readonly externalId: string | null;
  /** Absolute. */
  readonly relCanonical: string | null;
  /** The name of the site, to be taken off titles; null where it is not known. */
  readonly siteName: string | null;
  /** Kebab-case codes. */
  readonly warnings: readonly string[];
}
