import { hash } from 'node:crypto';
import type { ArticleQuery } from './article-query.ts';
import type { Slice } from './search-slices.ts';
import { primaryLanguage } from './search-text.ts';
import { SELECT_ARTICLES, SHOWN } from './statements.ts';
import { SLOTS_OF_PLACE } from './time-slots.ts';

/** As the indexes have it. */
const PRIMARY_LANGUAGE = `lower(split_part(a.language, '-', 1))`;

/** A statement and its parameters. */
export interface Statement {
  readonly text: string;
  readonly parameters: readonly unknown[];
  /** By which the server knows it again on a connection, and need not read its text anew. */
  readonly name?: string;
}

/** Takes a value into the parameters; answers how the text names it. */
export type Parameter = (value: unknown) => string;

/** A statement whose parameters are taken where its text is written. */
export function statement(write: (parameter: Parameter) => string): Statement {
  const parameters: unknown[] = [];
  const text = write((value) => `$${parameters.push(value)}`);
  return { text, parameters };
}

/** A statement that a connection is asked again and again: of its texts there are few, and each is kept as long as the connection lasts. */
export function kept({ text, parameters }: Statement): Statement {
  return { text, parameters, name: hash('sha1', text, 'base64url') };
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

/**
 * The articles of a list in a slice, the newest first, `limit` at most. They are looked up by one index, with slots of time and all filters,
 * before their place is asked for: the planner would rather walk the newest until it met enough. Languages and kinds are compared as
 * arrays, for so that index has them. Its text says which filters there are, and nothing else.
 */
export function listSliceStatement(query: ArticleQuery, slice: Slice): Statement {
  const { kind, language, limit } = query;
  const order = 'ORDER BY a.sort_at DESC, a.id DESC';
  return kept(
    statement((parameter) => {
      const looked = ['a.withdrawn IS NULL', ...articleConditions({ ...query, kind: null }, parameter)];
      if (slice.slots !== null) looked.push(`${SLOTS_OF_PLACE} && ${parameter(slice.slots)}::bigint[]`);
      if (kind !== null) looked.push(`ARRAY[a.kind] @> ARRAY[${parameter(kind)}::text]`);
      if (language !== null) {
        looked.push(`ARRAY[${PRIMARY_LANGUAGE}] @> ARRAY[${parameter(primaryLanguage(language))}::text]`);
        looked.push(...regionConditions(language, parameter));
      }
      // what is shown is put together for the page alone
      return `SELECT ${SHOWN}, sort_at FROM (
          SELECT a.* FROM (SELECT a.* FROM store.articles a WHERE ${looked.join(' AND ')} OFFSET 0) a
          WHERE ${stretchCondition('a', query, slice, parameter)}
          ${order} LIMIT ${parameter(limit)}) a
        ${order}`;
    }),
  );
}

/** What an article is called by, where its places are looked up. */
const ID = { a: 'a.id', s: 's.article_id' } as const;

/** Comes before every other, so that a place with it is the beginning of its instant. */
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** That a place is in a slice and where the query's time and page are, in the same words for all of them. */
export function stretchCondition(
  table: 'a' | 's',
  { from, to, after }: ArticleQuery,
  slice: Slice,
  parameter: Parameter,
): string {
  const fromMs = Math.max(from === null ? -Infinity : Date.parse(from), slice.fromMs ?? -Infinity);
  const ms = Math.min(to === null ? Infinity : Date.parse(to), slice.beforeMs ?? Infinity);
  const isAfterFirst = after !== null && Date.parse(after.sortAt) < ms;
  const before = isAfterFirst ? { ms: Date.parse(after.sortAt), id: after.id } : { ms, id: FIRST_ID };
  return `${table}.sort_at >= ${parameter(instant(fromMs))}::timestamptz
    AND (${table}.sort_at, ${ID[table]}) < (${parameter(instant(before.ms))}::timestamptz, ${parameter(before.id)}::uuid)`;
}

/** As Postgres takes it. */
function instant(ms: number): Date | string {
  return Number.isFinite(ms) ? new Date(ms) : ms < 0 ? '-infinity' : 'infinity';
}

/** Conditions on the time and the page, of an article `a` or its place `s` in the search index. */
export function timeConditions(table: 'a' | 's', query: ArticleQuery, parameter: Parameter): string[] {
  const { from, to, after, ranked } = query;
  const conditions: string[] = [];
  if (from !== null) conditions.push(`${table}.sort_at >= ${parameter(from)}::timestamptz`);
  if (to !== null) conditions.push(`${table}.sort_at < ${parameter(to)}::timestamptz`);
  if (after !== null) {
    conditions.push(
      `(${table}.sort_at, ${ID[table]}) < (${parameter(after.sortAt)}::timestamptz, ${parameter(after.id)}::uuid)`,
    );
  }
  return [...conditions, ...rankedConditions(table, ranked, parameter)];
}

/** Conditions that a place was there to be ranked on the first page. */
export function rankedConditions(table: 'a' | 's', ranked: ArticleQuery['ranked'], parameter: Parameter): string[] {
  if (ranked === null) return [];
  const { first } = ranked;
  return [
    `(${table}.sort_at, ${ID[table]}) <= (${parameter(first.sortAt)}::timestamptz, ${parameter(first.id)}::uuid)`,
  ];
}

/** A tag matches itself and what is more special: `pt` finds `pt-BR` (RFC 4647, 3.3.1). */
export function languageConditions({ language }: ArticleQuery, parameter: Parameter): string[] {
  if (language === null) return [];
  return [`${PRIMARY_LANGUAGE} = ${parameter(primaryLanguage(language))}`, ...regionConditions(language, parameter)];
}

/** What a language tag says beside the language. */
function regionConditions(language: string, parameter: Parameter): string[] {
  return language === primaryLanguage(language) ? [] : [`lower(a.language || '-') LIKE ${parameter(`${language}-%`)}`];
}

/** Conditions that need the article. */
export function articleConditions(query: ArticleQuery, parameter: Parameter): string[] {
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
