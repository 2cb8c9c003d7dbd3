import type { ArticleQuery } from './article-query.ts';
import { parseSearch } from './parse-search.ts';
import { isSingleLetter, primaryLanguage, queryConfigurations, searchPhrase, searchWords } from './search-text.ts';
import { SELECT_ARTICLES } from './statements.ts';

/** A statement and its parameters. */
export interface Statement {
  readonly text: string;
  readonly parameters: readonly unknown[];
}

/** The SQL of one page of articles, newest first, with one row more than the page when another page follows. */
export function listStatement(query: ArticleQuery): Statement {
  const parameters: unknown[] = [];
  const parameter = (value: unknown) => `$${parameters.push(value)}`;
  const conditions = ['withdrawn IS NULL'];
  if (query.q !== null) {
    const found = `vector @@ (${textQuery(query.q, query.language, parameter)})`;
    conditions.push(`id IN (SELECT article_id FROM store.article_search WHERE ${found})`);
  }
  if (query.language !== null) conditions.push(...languageConditions(query.language, parameter));
  if (query.source !== null) conditions.push(`sources @> ARRAY[${parameter(query.source)}::uuid]`);
  if (query.rawId !== null) {
    conditions.push(`id = (SELECT article_id FROM store.raw_articles WHERE raw_id = ${parameter(query.rawId)})`);
  }
  if (query.from !== null) conditions.push(`sort_at >= ${parameter(query.from)}::timestamptz`);
  if (query.to !== null) conditions.push(`sort_at < ${parameter(query.to)}::timestamptz`);
  if (query.after !== null) {
    const { sortAt, id } = query.after;
    conditions.push(`(sort_at, id) < (${parameter(sortAt)}::timestamptz, ${parameter(id)}::uuid)`);
  }
  const text = `${SELECT_ARTICLES} WHERE ${conditions.join(' AND ')}
    ORDER BY sort_at DESC, id DESC LIMIT ${parameter(query.limit + 1)}`;
  return { text, parameters };
}

/** A `tsquery`: each term as one of the languages that it may be of stems it; an excluded one as none of them does. */
function textQuery(q: string, language: string | null, parameter: (value: unknown) => string): string {
  const alternatives = parseSearch(q).map((terms) =>
    terms.map(({ text, isExcluded }) => {
      const forms = isSingleLetter(text)
        ? `to_tsquery('simple', ${parameter(`${text}:*`)})`
        : stemmed(parameter(searchWords(searchPhrase(text)).join(' ')), queryConfigurations(text, language));
      return isExcluded ? `!! (${forms})` : `(${forms})`;
    }),
  );
  return alternatives.map((terms) => terms.join(' && ')).join(' || ') || `''::tsquery`;
}

function stemmed(phrase: string, configurations: readonly string[]): string {
  return configurations.map((configuration) => `phraseto_tsquery('${configuration}', ${phrase})`).join(' || ');
}

/** A tag matches itself and what is more special: `pt` finds `pt-BR` (RFC 4647, 3.3.1). */
function languageConditions(language: string, parameter: (value: unknown) => string): string[] {
  const primary = primaryLanguage(language);
  const conditions = [`lower(split_part(language, '-', 1)) = ${parameter(primary)}`];
  if (language !== primary) {
    conditions.push(`lower(language || '-') LIKE ${parameter(`${language}-%`)}`);
  }
  return conditions;
}
