import type { EntityManager } from 'typeorm';
import type { ArticleQuery } from './article-query.ts';
import {
  countStatement,
  filteredStatement,
  filterEstimateStatement,
  rankStatement,
  sliceStatement,
  wordsOf,
} from './found-statement.ts';
import type { Statement } from './list-statement.ts';
import { newestArticles, newestRows, run } from './newest-articles.ts';
import { isFilterCheaper } from './search-cost.ts';
import { type AskPhrases, readSearch, type SearchQuery, SELECT_PHRASES } from './search-query.ts';
import { ALL, firstSlice, type Newest } from './search-slices.ts';

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

/** A row of `EXPLAIN (FORMAT JSON)` of a `UNION ALL`. */
interface ExplainRow {
  readonly 'QUERY PLAN': readonly [{ readonly Plan: { readonly Plans: readonly { readonly 'Plan Rows': number }[] } }];
}

/** What `q` asks for; null where it says nothing. */
export async function askedSearch(
  manager: EntityManager,
  q: string,
  language: string | null,
): Promise<SearchQuery | null> {
  const ask: AskPhrases = async (...questions) => {
    const rows: { text: string }[] = await manager.query(SELECT_PHRASES, questions);
    return rows.map(({ text }) => text);
  };
  const search = await readSearch(q, language, ask);
  return search.text === '' ? null : search;
}

/**
 * What a search finds, in a transaction that began with `SEARCH_BY_INDEX` and so sees one state of the index in all its statements. What
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

/** The SQL of all places that a search finds: `id` and `sort_at`. To be asked and run in one transaction, as {@link findArticles}. */
export async function allPlacesStatement(
  manager: EntityManager,
  query: ArticleQuery,
  search: SearchQuery,
): Promise<Statement> {
  const newest = await newestArticles(manager, 's', query);
  const isRead = newest !== null && (await isFilterRead(manager, query, search, newest, Infinity));
  return isRead ? filteredStatement(query, search, null) : sliceStatement(query, search, ALL, null);
}

async function newestPlaces(
  manager: EntityManager,
  query: ArticleQuery,
  search: SearchQuery,
  wanted: number,
): Promise<FoundPlace[]> {
  const newest = await newestArticles(manager, 's', query);
  if (newest === null) return [];
  if (await isFilterRead(manager, query, search, newest, wanted)) {
    return run(manager, filteredStatement(query, search, wanted));
  }
  return newestRows(manager, query, newest, wanted, (slice, more) => sliceStatement(query, search, slice, more));
}

/** Whether what the filters find is to be read, in place of what the words find. */
async function isFilterRead(
  manager: EntityManager,
  query: ArticleQuery,
  search: SearchQuery,
  newest: Newest,
  wanted: number,
): Promise<boolean> {
  const estimate = filterEstimateStatement(query);
  if (estimate === null) return false;
  const [plan] = await run<ExplainRow>(manager, estimate);
  const [all, filtered] = plan!['QUERY PLAN'][0].Plan.Plans.map((each) => each['Plan Rows']);
  const [first] = await run<{ count: number }>(manager, countStatement(query, search, firstSlice(newest)));
  const isPhrase = wordsOf(search) !== search.text;
  return isFilterCheaper(
    { all: all!, filtered: filtered!, looked: newest.count, seen: first!.count, isPhrase },
    wanted,
  );
}
