import type { ArticleQuery } from './article-query.ts';
import { primaryLanguage } from './search-text.ts';
import { SELECT_ARTICLES } from './statements.ts';

/** A statement and its parameters. */
export interface Statement {
  readonly text: string;
  readonly parameters: readonly unknown[];
}

/** Takes a value into the parameters; answers how the text names it. */
export type Parameter = (value: unknown) => string;

/** A statement whose parameters are taken where its text is written. */
export function statement(write: (parameter: Parameter) => string): Statement {
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

/** Conditions on the time and the page, of an article `a` or its place `s` in the search index. */
export function timeConditions(table: 'a' | 's', query: ArticleQuery, parameter: Parameter): string[] {
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
