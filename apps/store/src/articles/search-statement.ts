import type { EntityManager } from 'typeorm';
import type { ArticleQuery } from './article-query.ts';
import { estimateStatement, foundStatement, RANKED_ARTICLES, type Statement } from './list-statement.ts';
import { type AskPhrases, readSearch, type SearchQuery, SELECT_PHRASES } from './search-query.ts';
import { estimateOf, type ExplainRow, searchStrategy } from './search-strategy.ts';

/**
 * The SQL of what a search finds, by the cheapest way to so many; null where `q` says nothing. It is to be asked and run in one
 * transaction that began with `SEARCH_BY_INDEX`. What is found may, for a second, be withdrawn already.
 */
export async function searchStatement(
  manager: EntityManager,
  query: ArticleQuery,
  q: string,
): Promise<(Statement & { readonly search: SearchQuery }) | null> {
  const ask: AskPhrases = async (...questions) => {
    const rows: { text: string }[] = await manager.query(SELECT_PHRASES, questions);
    return rows.map(({ text }) => text);
  };
  const search = await readSearch(q, query.language, ask);
  if (search.text === '') return null;
  const estimate = estimateStatement(query, search);
  const plans: ExplainRow[] = await manager.query(estimate.text, [...estimate.parameters]);
  const wanted = query.sort === 'relevance' ? RANKED_ARTICLES : query.limit + 1;
  const strategy = searchStrategy(estimateOf(plans[0]!['QUERY PLAN']), wanted);
  return { search, ...foundStatement(query, search, strategy) };
}
