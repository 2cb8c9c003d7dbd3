import type { EntityManager } from 'typeorm';
import type { ArticleQuery } from './article-query.ts';
import { fewStatement, rankStatement, sliceStatement } from './found-statement.ts';
import { kept, type Statement } from './list-statement.ts';
import { newestArticles, newestRows, run } from './newest-articles.ts';
import { type AskPhrases, readSearch, type SearchQuery, SELECT_PHRASES } from './search-query.ts';
import { ALL, type Slice } from './search-slices.ts';

/** A place in the search index that was found; by relevance with its rank, as exact as Postgres writes it. */
export interface FoundPlace {
  readonly id: string;
  readonly sort_at: Date;
  readonly rank?: string;
}

/** What a search finds: a page of it, and one place more when another page follows. */
export interface Found {
  readonly places: readonly FoundPlace[];
  /** The newest that was ranked; null where nothing was. */
  readonly first: FoundPlace | null;
}

/** So many of the newest articles that a search finds are put in order by relevance: each vector is read for it. */
export const RANKED_ARTICLES = 300;

/** What `q` asks for; null where it says nothing. */
export async function askedSearch(
  manager: EntityManager,
  q: string,
  language: string | null,
): Promise<SearchQuery | null> {
  const ask: AskPhrases = async (...questions) => {
    const rows = await run<{ text: string }>(manager, kept({ text: SELECT_PHRASES, parameters: questions }));
    return rows.map(({ text }) => text);
  };
  const search = await readSearch(q, language, ask);
  return search.text === '' ? null : search;
}

/**
 * What a search finds, in a transaction that began with `FIND_BY_INDEX` and so sees one state of the index in all its statements. What
 * is found may, for a second, be withdrawn already.
 */
export async function findArticles(manager: EntityManager, query: ArticleQuery, search: SearchQuery): Promise<Found> {
  if (query.sort === 'newest')
    return { places: await newestPlaces(manager, query, search, query.limit + 1), first: null };
  const newest = await newestPlaces(manager, query, search, RANKED_ARTICLES);
  if (newest.length === 0) return { places: [], first: null };
  const ids = newest.map(({ id }) => id);
  return { places: await run(manager, rankStatement(query, search, ids)), first: newest[0]! };
}

/** The SQL of all places that a search finds: `id` and `sort_at`. To be run in a transaction that began as for {@link findArticles}. */
export function allPlacesStatement(query: ArticleQuery, search: SearchQuery): Statement {
  return areFew(query) ? fewStatement(query, search, null) : sliceStatement(query, search, ALL, null);
}

async function newestPlaces(
  manager: EntityManager,
  query: ArticleQuery,
  search: SearchQuery,
  wanted: number,
): Promise<FoundPlace[]> {
  if (areFew(query)) return run(manager, fewStatement(query, search, wanted));
  const newest = await newestArticles(manager, 's', query);
  if (newest === null) return [];
  const statementOf = (slice: Slice, more: number) => sliceStatement(query, search, slice, more);
  // whatever the stretch of time, all that begins so is put together in the index
  const isDear = search.text.includes(':*');
  return newestRows(manager, query, newest, wanted, statementOf, isDear);
}

/** Whether a filter leaves few articles by its nature: a cluster's, or the one that was made of a raw article. */
function areFew({ cluster, rawId }: ArticleQuery): boolean {
  return cluster !== null || rawId !== null;
}
