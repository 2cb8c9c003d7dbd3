import type { EntityManager } from 'typeorm';
import type { ArticleQuery } from './article-query.ts';
import type { ArticleViewRow } from './article-view.ts';
import { listSliceStatement } from './list-statement.ts';
import { newestArticles, newestRows } from './newest-articles.ts';

/**
 * Whether a list is looked up in stretches of time: where a filter may leave any share of the articles, so that neither to walk the newest
 * nor to sort all that fit is quick. Other filters leave few, or have an index in the order of the list.
 */
export function isListedBySlices({ source, author, tag, cluster, rawId }: ArticleQuery): boolean {
  return (source !== null || author !== null || tag !== null) && cluster === null && rawId === null;
}

/**
 * Of such a list a page, with one row more when another page follows. In a transaction that began with `FIND_BY_INDEX`, and so sees one
 * state of the articles in all its statements.
 */
export async function listBySlices(manager: EntityManager, query: ArticleQuery): Promise<ArticleViewRow[]> {
  const newest = await newestArticles(manager, 'a', query);
  if (newest === null) return [];
  return newestRows(manager, query, newest, query.limit + 1, (slice, limit) =>
    listSliceStatement({ ...query, limit }, slice),
  );
}
