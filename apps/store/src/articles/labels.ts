import { hash } from 'node:crypto';
import type { ArticleQuery } from './article-query.ts';

/** What an article is filtered by where it is searched for. */
export interface Labelled {
  readonly sources: readonly string[];
  readonly authors: readonly string[];
  readonly tags: readonly string[];
  readonly kind: string;
  /** BCP 47. */
  readonly language: string | null;
}

/** Filters of a search that are labels. */
export type AskedLabels = Pick<ArticleQuery, 'source' | 'author' | 'tag' | 'kind' | 'language'>;

/**
 * The labels of an article in the search index, beside its words, so that words and filters are looked up at once. A language tag stands
 * there with all that is less special, which finds it (RFC 4647, 3.3.1).
 */
export function labelsOf({ sources, authors, tags, kind, language }: Labelled): string[] {
  return [
    ...sources.map((source) => label('s', source)),
    ...authors.map((author) => label('a', author)),
    ...tags.map((tag) => label('t', tag)),
    label('k', kind),
    ...rangesOf(language).map((range) => label('l', range)),
  ];
}

/** The labels that an article has to have. */
export function labelsAsked({ source, author, tag, kind, language }: AskedLabels): string[] {
  const asked = { s: source, a: author, t: tag, k: kind, l: language?.toLowerCase() ?? null };
  return Object.entries(asked).flatMap(([field, name]) => (name === null ? [] : [label(field, name)]));
}

/**
 * The first 64 bits of a SHA-256, as Postgres's `bigint`: names in full would make the rows of the index twice as long, and among a billion
 * names two that are taken for one are not to be expected.
 */
function label(field: string, name: string): string {
  return hash('sha256', `${field}:${name}`, 'buffer').readBigInt64BE().toString();
}

/** `zh`, `zh-hant` and `zh-hant-tw` of the last. */
function rangesOf(language: string | null): string[] {
  const subtags = language?.toLowerCase().split('-') ?? [];
  return subtags.map((_, at) => subtags.slice(0, at + 1).join('-'));
}
