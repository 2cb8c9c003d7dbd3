import type { ArticleQuery } from './article-query.ts';
import {
  articleConditions,
  type Parameter,
  sliceConditions,
  type Statement,
  statement,
  timeConditions,
} from './list-statement.ts';
import type { SearchQuery } from './search-query.ts';
import type { Slice } from './search-slices.ts';
import { SLOTS_OF_PLACE } from './time-slots.ts';

/** How much a word counts: in the body (D), nowhere (C), in labels, standfirst, names and tags (B), in the title (A). */
const WEIGHTS = `'{0.1, 0.1, 0.4, 1.0}'`;
/** A word among many counts less: `ts_rank` divides by 1 + the logarithm of the text's length. */
const BY_LENGTH = 1;

const NO_FILTERS = { source: null, author: null, tag: null, cluster: null, kind: null, rawId: null } as const;

const NEWEST_FIRST = 'ORDER BY s.sort_at DESC, s.article_id DESC';

/** An `EXPLAIN` of which the children's rows are how many articles there are, and how many fit the filters that need the article; null without such. */
export function filterEstimateStatement(query: ArticleQuery): Statement | null {
  const { text, parameters } = statement((parameter) => articleConditions(query, parameter).join(' AND '));
  if (text === '') return null;
  const all = 'SELECT FROM store.articles';
  return { text: `EXPLAIN (FORMAT JSON) ${all} UNION ALL ${all} a WHERE ${text}`, parameters };
}

/** How many have the words in a slice, in whatever order, whatever the filters. */
export function countStatement(query: ArticleQuery, search: SearchQuery, slice: Slice): Statement {
  const { text, parameters } = sliceStatement(
    { ...query, ...NO_FILTERS },
    { ...search, text: wordsOf(search) },
    slice,
    null,
  );
  return { text: `SELECT count(*)::int AS count FROM (${text}) AS s`, parameters };
}

/**
 * The places in the index that a search finds in a slice, the newest first, `limit` at most. Words are looked up with slots of time by one index, before
 * anything else is asked: the planner takes `@@` for cheap, where it is to read a vector of kilobytes out of its own place. A condition
 * that is written as a call of `ts_match_vq`, the function of `@@`, is not looked up in an index.
 */
export function sliceStatement(
  query: ArticleQuery,
  search: SearchQuery,
  slice: Slice,
  limit: number | null,
): Statement {
  return statement((parameter) => {
    const conditions = [
      ...timeConditions('s', query, parameter),
      ...languageConditions(query, parameter),
      ...sliceConditions('s', slice, parameter),
    ];
    const { slots } = slice;
    // a phrase is looked up as its words, and read for only in the newest that have them, until enough have it
    const words = wordsOf(search);
    const isPhrase = words !== search.text;
    const looked = [`s.vector @@ ${parameter(words)}::tsquery`];
    if (slots !== null) looked.push(`${SLOTS_OF_PLACE} && ${parameter(slots)}::bigint[]`);
    const where = (all: readonly string[]) => (all.length === 0 ? '' : `WHERE ${all.join(' AND ')}`);
    const isMatch = isPhrase ? [`ts_match_vq(s.vector, ${parameter(search.text)}::tsquery)`] : [];
    const places = `SELECT s.* FROM found s ${where(conditions)}`;
    return `WITH found AS MATERIALIZED (
        SELECT s.article_id, s.sort_at, s.language${isPhrase ? ', s.vector' : ''} FROM store.article_search s ${where(looked)})
      SELECT s.article_id AS id, s.sort_at FROM (${places} ${NEWEST_FIRST} OFFSET 0) s ${shown(query, parameter)}
      ${where(isMatch)} ${NEWEST_FIRST} LIMIT ${parameter(limit)}`;
  });
}

/** As {@link sliceStatement} of all time, by reading what a rare filter finds. */
export function filteredStatement(query: ArticleQuery, search: SearchQuery, limit: number | null): Statement {
  return statement((parameter) => {
    const filters = ['a.withdrawn IS NULL', ...articleConditions(query, parameter)].join(' AND ');
    const here = [...timeConditions('s', query, parameter), ...languageConditions(query, parameter)];
    return `WITH filtered AS MATERIALIZED (SELECT a.id FROM store.articles a WHERE ${filters})
      SELECT s.article_id AS id, s.sort_at FROM (
        SELECT s.* FROM filtered a JOIN store.article_search s ON s.article_id = a.id
        WHERE ${['true', ...here].join(' AND ')} ${NEWEST_FIRST} OFFSET 0) s
      WHERE ts_match_vq(s.vector, ${parameter(search.text)}::tsquery) ${NEWEST_FIRST} LIMIT ${parameter(limit)}`;
  });
}

/** The most relevant of these places, in order, with one more than the page when another page follows. */
export function rankStatement(query: ArticleQuery, search: SearchQuery, ids: readonly string[]): Statement {
  return statement((parameter) => {
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
}

/** Words that what is found has, phrases apart; of what is excluded nothing may be made looser. */
export function wordsOf({ text }: SearchQuery): string {
  return text.includes('!') ? text : text.replace(/<(?:-|\d+)>/g, '&');
}

/** Only articles that are shown and fit the filters; without filters what is not shown any more is left out later. */
function shown(query: ArticleQuery, parameter: Parameter): string {
  const filters = articleConditions(query, parameter);
  if (filters.length === 0) return '';
  const conditions = ['a.id = s.article_id', 'a.withdrawn IS NULL', ...filters].join(' AND ');
  // one by one, until enough are found
  return `JOIN LATERAL (SELECT FROM store.articles a WHERE ${conditions} OFFSET 0) a ON true`;
}

/** A tag matches itself and what is more special: `pt` finds `pt-BR` (RFC 4647, 3.3.1). */
function languageConditions({ language }: ArticleQuery, parameter: Parameter): string[] {
  if (language === null) return [];
  return [`(s.language = ${parameter(language)} OR s.language LIKE ${parameter(`${language}-%`)})`];
}
