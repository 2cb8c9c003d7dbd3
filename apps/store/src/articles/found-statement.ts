import type { ArticleQuery } from './article-query.ts';
import { labelsAsked } from './labels.ts';
import {
  articleConditions,
  kept,
  languageConditions,
  rankedConditions,
  type Statement,
  statement,
  stretchCondition,
  timeConditions,
} from './list-statement.ts';
import type { SearchQuery } from './search-query.ts';
import type { Slice } from './search-slices.ts';
import { SLOTS_OF_PLACE } from './time-slots.ts';

/** How much a word counts: in the body (D), nowhere (C), in labels, standfirst, names and tags (B), in the title (A). */
const WEIGHTS = `'{0.1, 0.1, 0.4, 1.0}'`;
/** A word among many counts less: `ts_rank` divides by 1 + the logarithm of the text's length. */
const BY_LENGTH = 1;

const NEWEST_FIRST = 'ORDER BY s.sort_at DESC, s.article_id DESC';

/**
 * The places in the index that a search finds in a slice, the newest first, `limit` at most. Words are looked up with slots of time and all
 * filters by one index, before anything else is asked: the planner takes `@@` for cheap, where it is to read a vector of kilobytes out of
 * its own place. A condition that is written as a call of `ts_match_vq`, the function of `@@`, is not looked up in an index. The text says
 * whether there are slots, filters, phrases and a first page by relevance, and nothing else, so that there are few.
 */
export function sliceStatement(
  query: ArticleQuery,
  search: SearchQuery,
  slice: Slice,
  limit: number | null,
): Statement {
  // a phrase is looked up as its words, and read for only in the newest that have them, until enough have it
  const isPhrase = search.words !== search.text;
  const labels = labelsAsked(query);
  const written = statement((parameter) => {
    const looked = [`s.vector @@ ${parameter(search.words)}::tsquery`];
    if (slice.slots !== null) looked.push(`${SLOTS_OF_PLACE} && ${parameter(slice.slots)}::bigint[]`);
    if (labels.length > 0) looked.push(`s.labels @> ${parameter(labels)}::bigint[]`);
    const here = [stretchCondition('s', query, slice, parameter), ...rankedConditions('s', query.ranked, parameter)];
    const isMatch = isPhrase ? `WHERE ts_match_vq(s.vector, ${parameter(search.text)}::tsquery)` : '';
    return `WITH found AS MATERIALIZED (
        SELECT s.article_id, s.sort_at${isPhrase ? ', s.vector' : ''} FROM store.article_search s WHERE ${looked.join(' AND ')})
      SELECT s.article_id AS id, s.sort_at FROM (SELECT s.* FROM found s WHERE ${here.join(' AND ')} ${NEWEST_FIRST} OFFSET 0) s
      ${isMatch} ${NEWEST_FIRST} LIMIT ${parameter(limit)}`;
  });
  return kept(written);
}

/** As {@link sliceStatement} of all time, by reading the few articles that a filter leaves. */
export function fewStatement(query: ArticleQuery, search: SearchQuery, limit: number | null): Statement {
  return statement((parameter) => {
    const filters = [
      'a.withdrawn IS NULL',
      ...languageConditions(query, parameter),
      ...articleConditions(query, parameter),
    ].join(' AND ');
    const here = timeConditions('s', query, parameter);
    return `WITH filtered AS MATERIALIZED (SELECT a.id FROM store.articles a WHERE ${filters})
      SELECT s.article_id AS id, s.sort_at FROM (
        SELECT s.* FROM filtered a JOIN store.article_search s ON s.article_id = a.id
        WHERE ${['true', ...here].join(' AND ')} ${NEWEST_FIRST} OFFSET 0) s
      WHERE ts_match_vq(s.vector, ${parameter(search.text)}::tsquery) ${NEWEST_FIRST} LIMIT ${parameter(limit)}`;
  });
}

/** The most relevant of these places, in order, with one more than the page when another page follows. */
export function rankStatement(query: ArticleQuery, search: SearchQuery, ids: readonly string[]): Statement {
  const written = statement((parameter) => {
    const { ranked } = query;
    const rank = `ts_rank(${WEIGHTS}, s.vector, ${parameter(search.text)}::tsquery, ${BY_LENGTH})`;
    const behind =
      ranked === null
        ? ''
        : `WHERE (rank, sort_at, article_id) <
          (${parameter(ranked.rank)}::real, ${parameter(ranked.sortAt)}::timestamptz, ${parameter(ranked.id)}::uuid)`;
    return `WITH ranked AS MATERIALIZED (
        SELECT s.article_id, s.sort_at, ${rank} AS rank FROM store.article_search s WHERE s.article_id = ANY(${parameter(ids)}))
      SELECT article_id AS id, sort_at, rank::text FROM ranked ${behind}
      ORDER BY ranked.rank DESC, sort_at DESC, article_id DESC LIMIT ${parameter(query.limit + 1)}`;
  });
  return kept(written);
}
