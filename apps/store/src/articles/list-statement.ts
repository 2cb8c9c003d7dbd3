import type { ArticleQuery } from './article-query.ts';
import type { SearchQuery } from './search-query.ts';
import { primaryLanguage } from './search-text.ts';
import type { SearchStrategy } from './search-strategy.ts';
import { SELECT_ARTICLES, SELECT_FOUND_ARTICLES } from './statements.ts';

/** A statement and its parameters. */
export interface Statement {
  readonly text: string;
  readonly parameters: readonly unknown[];
}

/** So many of the newest articles that a search finds are put in order by relevance: each vector is read for it. */
export const RANKED_ARTICLES = 1_000;

/** How much a word counts: in the body (D), nowhere (C), in labels, standfirst, names and tags (B), in the title (A). */
const WEIGHTS = `'{0.1, 0.1, 0.4, 1.0}'`;
/** A word among many counts less: `ts_rank` divides by 1 + the logarithm of the text's length. */
const BY_LENGTH = 1;

type Parameter = (value: unknown) => string;

function statement(write: (parameter: Parameter) => string): Statement {
  const parameters: unknown[] = [];
  const text = write((value) => `$${parameters.push(value)}`);
  return { text, parameters };
}

/** The SQL of one page of the newest articles, with one row more than the page when another page follows. */
export function listStatement(query: ArticleQuery): Statement {
  return statement((parameter) => {
    const conditions = [
      'a.withdrawn IS NULL',
      ...timeConditions('a', query, parameter),
      ...languageConditions(query, parameter),
      ...articleConditions(query, parameter),
    ];
    return `${SELECT_ARTICLES} a WHERE ${conditions.join(' AND ')}
      ORDER BY a.sort_at DESC, a.id DESC LIMIT ${parameter(query.limit + 1)}`;
  });
}

/** As {@link listStatement}, of what a search finds. */
export function foundStatement(query: ArticleQuery, search: SearchQuery, strategy: SearchStrategy): Statement {
  return statement((parameter) =>
    query.sort === 'relevance'
      ? mostRelevant(query, search, strategy, parameter)
      : newestFound(query, search, strategy, parameter),
  );
}

/** An `EXPLAIN` of which the children's rows are an {@link Estimate}, in the order of its properties; of `ofFilter` only where articles are asked for. */
export function estimateStatement(query: ArticleQuery, search: SearchQuery): Statement {
  return statement((parameter) => {
    const matches = `s.vector @@ ${parameter(search.text)}::tsquery`;
    const time = timeConditions('s', query, parameter);
    const articles = articleConditions(query, parameter);
    const here = [...time, ...foundLanguageConditions(query, parameter)];
    const index = 'SELECT FROM store.article_search s';
    const parts = [
      index,
      `${index} WHERE ${['true', ...time].join(' AND ')}`,
      `${index} WHERE ${matches}`,
      `${index} WHERE ${[matches, ...here].join(' AND ')}`,
      ...(articles.length === 0 ? [] : [`SELECT FROM store.articles a WHERE ${articles.join(' AND ')}`]),
    ];
    return `EXPLAIN (FORMAT JSON) ${parts.join(' UNION ALL ')}`;
  });
}

function newestFound(query: ArticleQuery, search: SearchQuery, strategy: SearchStrategy, parameter: Parameter): string {
  const { before, rows } = found(['article_id', 'sort_at'], query, search, strategy, parameter);
  return `${before}${SELECT_FOUND_ARTICLES}
    FROM (${rows} LIMIT ${parameter(query.limit + 1)}) AS s JOIN store.articles a ON a.id = s.article_id
    ORDER BY s.sort_at DESC, s.article_id DESC`;
}

function mostRelevant(
  query: ArticleQuery,
  search: SearchQuery,
  strategy: SearchStrategy,
  parameter: Parameter,
): string {
  const { before, rows } = found(['article_id', 'sort_at', 'vector'], query, search, strategy, parameter);
  const rank = `ts_rank(${WEIGHTS}, s.vector, ${parameter(search.text)}::tsquery, ${BY_LENGTH})`;
  const { ranked } = query;
  const behind =
    ranked === null
      ? ''
      : `WHERE (rank, sort_at, article_id) <
        (${parameter(ranked.rank)}::real, ${parameter(ranked.sortAt)}::timestamptz, ${parameter(ranked.id)}::uuid)`;
  return `${before === '' ? 'WITH' : `${before},`} newest AS MATERIALIZED (
      SELECT s.article_id, s.sort_at, ${rank} AS rank,
        first_value(s.sort_at) OVER w AS first_sort_at, first_value(s.article_id) OVER w AS first_id
      FROM (${rows} LIMIT ${RANKED_ARTICLES}) AS s
      WINDOW w AS (ORDER BY s.sort_at DESC, s.article_id DESC)
    )
    ${SELECT_FOUND_ARTICLES}, s.rank::text AS rank, s.first_sort_at, s.first_id
    FROM (SELECT * FROM newest ${behind} ORDER BY rank DESC, sort_at DESC, article_id DESC
      LIMIT ${parameter(query.limit + 1)}) AS s
    JOIN store.articles a ON a.id = s.article_id
    ORDER BY s.rank DESC, s.sort_at DESC, s.article_id DESC`;
}

/**
 * What a search finds, the newest first. The planner takes `@@` for cheap, where it is to read a vector of kilobytes out of its own
 * place: so the way is chosen before, and each is written so that the planner has no other. A condition that is written as a call of
 * `ts_match_vq`, the function of `@@`, is not looked up in an index.
 */
function found(
  columns: readonly string[],
  query: ArticleQuery,
  search: SearchQuery,
  strategy: SearchStrategy,
  parameter: Parameter,
): { before: string; rows: string } {
  const text = `${parameter(search.text)}::tsquery`;
  const here = [...timeConditions('s', query, parameter), ...foundLanguageConditions(query, parameter)];
  const articles = articleConditions(query, parameter);
  const shown = ['a.withdrawn IS NULL', ...articles].join(' AND ');
  const listed = columns.map((name) => `s.${name}`).join(', ');
  const select = `SELECT ${listed}`;
  const order = 'ORDER BY s.sort_at DESC, s.article_id DESC';
  const isMatch = `ts_match_vq(s.vector, ${text})`;
  if (strategy === 'walk') {
    const article = `JOIN LATERAL (SELECT FROM store.articles a WHERE a.id = s.article_id AND ${shown} OFFSET 0) a ON true`;
    return {
      before: '',
      rows: `${select} FROM store.article_search s ${articles.length === 0 ? '' : article}
        WHERE ${[isMatch, ...here].join(' AND ')} ${order}`,
    };
  }
  if (strategy === 'filter') {
    return {
      before: `WITH filtered AS MATERIALIZED (SELECT a.id FROM store.articles a WHERE ${shown})`,
      rows: `${select} FROM filtered a JOIN store.article_search s ON s.article_id = a.id
        WHERE ${[isMatch, ...here].join(' AND ')} ${order}`,
    };
  }
  // a phrase is looked up as its words, and read for only in the newest that have them, until enough have it
  const loose = search.text.includes('!') ? search.text : search.text.replace(/<(?:-|\d+)>/g, '&');
  const isPhrase = loose !== search.text;
  const kept = isPhrase ? [...new Set([...columns, 'vector'])].map((name) => `s.${name}`).join(', ') : listed;
  return {
    before: `WITH found AS MATERIALIZED (SELECT ${kept} FROM store.article_search s
      WHERE ${[`s.vector @@ ${isPhrase ? `${parameter(loose)}::tsquery` : text}`, ...here].join(' AND ')})`,
    rows: `${select} FROM ${isPhrase ? `(SELECT * FROM found s ${order} OFFSET 0)` : 'found'} s
      ${articles.length === 0 ? '' : `JOIN store.articles a ON a.id = s.article_id AND ${shown}`}
      ${isPhrase ? `WHERE ${isMatch}` : ''} ${order}`,
  };
}

function timeConditions(table: 'a' | 's', query: ArticleQuery, parameter: Parameter): string[] {
  const { from, to, after, ranked } = query;
  const id = table === 'a' ? 'a.id' : 's.article_id';
  const conditions: string[] = [];
  if (from !== null) conditions.push(`${table}.sort_at >= ${parameter(from)}::timestamptz`);
  if (to !== null) conditions.push(`${table}.sort_at < ${parameter(to)}::timestamptz`);
  if (after !== null) {
    conditions.push(
      `(${table}.sort_at, ${id}) < (${parameter(after.sortAt)}::timestamptz, ${parameter(after.id)}::uuid)`,
    );
  }
  if (ranked !== null) {
    const { first } = ranked;
    conditions.push(
      `(${table}.sort_at, ${id}) <= (${parameter(first.sortAt)}::timestamptz, ${parameter(first.id)}::uuid)`,
    );
  }
  return conditions;
}

/** A tag matches itself and what is more special: `pt` finds `pt-BR` (RFC 4647, 3.3.1). */
function languageConditions({ language }: ArticleQuery, parameter: Parameter): string[] {
  if (language === null) return [];
  const primary = primaryLanguage(language);
  const conditions = [`lower(split_part(a.language, '-', 1)) = ${parameter(primary)}`];
  if (language !== primary) conditions.push(`lower(a.language || '-') LIKE ${parameter(`${language}-%`)}`);
  return conditions;
}

function foundLanguageConditions({ language }: ArticleQuery, parameter: Parameter): string[] {
  if (language === null) return [];
  return [`(s.language = ${parameter(language)} OR s.language LIKE ${parameter(`${language}-%`)})`];
}

/** Conditions that need the article. */
function articleConditions(query: ArticleQuery, parameter: Parameter): string[] {
  const { source, author, tag, cluster, kind, rawId } = query;
  const conditions: string[] = [];
  if (source !== null) conditions.push(`a.sources @> ARRAY[${parameter(source)}::uuid]`);
  if (author !== null) conditions.push(`a.authors @> ARRAY[${parameter(author)}::text]`);
  if (tag !== null) conditions.push(`a.tags @> ARRAY[${parameter(tag)}::text]`);
  if (cluster !== null) conditions.push(`a.cluster_id = ${parameter(cluster)}::uuid`);
  if (kind !== null) conditions.push(`a.kind = ${parameter(kind)}`);
  if (rawId !== null) {
    conditions.push(`a.id = (SELECT article_id FROM store.raw_articles WHERE raw_id = ${parameter(rawId)})`);
  }
  return conditions;
}
