import type { EntityManager } from 'typeorm';
import type { Withdrawal } from '../articles/article-history.ts';

/** An article whose row is gone, as it stood. */
export interface RemovedArticle {
  readonly id: string;
  /** The highest number of a change that was given out. */
  readonly last_number: number;
  readonly withdrawn: Withdrawal | null;
  readonly cluster_id: string | null;
}

const DELETE_ARTICLES =
  'DELETE FROM store.articles WHERE id = ANY($1) RETURNING id, last_number, withdrawn, cluster_id';

const DELETE_TEXTS = [
  'DELETE FROM store.revisions WHERE article_id = ANY($1)',
  'DELETE FROM store.earlier_texts WHERE article_id = ANY($1)',
  // the queue before the index: this waits for an indexer that has the article in hand, and whose row goes next
  'DELETE FROM store.unindexed WHERE article_id = ANY($1)',
  'DELETE FROM store.article_search WHERE article_id = ANY($1)',
];

// The clusterer takes an article without a row out of its cluster, and tells those that stay.
const LEAVE_CLUSTERS = `
  INSERT INTO store.unclustered (article_id, queued_at)
  SELECT article_id, now() FROM store.article_echoes WHERE article_id = ANY($1)`;

/**
 * Deletes articles with their revisions, texts and places in the search index, and has the clusterer take them out of their clusters;
 * of their raw articles and of announcements it deletes nothing. Returns those that were there. Within a transaction, under the lock
 * against those who write texts.
 */
export async function removeArticles(manager: EntityManager, ids: readonly string[]): Promise<RemovedArticle[]> {
  // TypeORM answers a DELETE with its rows and their number.
  const [removed]: [RemovedArticle[], number] = await manager.query(DELETE_ARTICLES, [ids]);
  for (const statement of DELETE_TEXTS) await manager.query(statement, [ids]);
  await manager.query(LEAVE_CLUSTERS, [ids]);
  return removed;
}
