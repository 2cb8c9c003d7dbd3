import type { DataSource, EntityManager } from 'typeorm';
import { OUTBOX_COLUMNS } from '../articles/article-columns.ts';
import type { Announcement } from '../articles/merge.ts';
import { INSERT_ANNOUNCEMENTS } from '../articles/statements.ts';
import { databaseError } from '../database/database-error.ts';
import { arrays } from '../database/set-statement.ts';
import { removeArticles } from './remove-articles.ts';
import { ERASE_RAW_ARTICLES, INSERT_ERASED_ARTICLE, REMEMBER_TEXTS, SELECT_ERASURE, TAKE_LOCK } from './statements.ts';

/** What is left of an article that was erased. */
export interface Erasure {
  readonly articleId: string;
  readonly erasedAt: string;
  /** The raw articles that made it. */
  readonly rawIds: readonly string[];
  /** What is told of it, in the outbox by now; null where it had been erased before. */
  readonly announcement: Announcement | null;
}

/** Whoever writes for longer keeps all others waiting too, who queue behind us. */
const WAIT_FOR_LOCK = `SET LOCAL lock_timeout = '10s'`;

/**
 * Erases an article in one transaction: its texts and revisions, its place in search and clusters; tombstones stay, and the announcement
 * that it is withdrawn. Null where there is no such article. Of one that was erased before, what is known of that. `now` is RFC 3339 UTC
 * with milliseconds.
 * @throws KhabarError as {@link databaseError} says, `database-conflict` where writers left no room for it; nothing is erased then
 */
export async function eraseArticle(dataSource: DataSource, articleId: string, now: string): Promise<Erasure | null> {
  try {
    return await dataSource.transaction(async (manager) => {
      await manager.query(WAIT_FOR_LOCK);
      await manager.query(TAKE_LOCK);
      const before = await findErasure(manager, articleId);
      if (before !== null) return before;
      await manager.query(REMEMBER_TEXTS, [articleId]);
      const [removed] = await removeArticles(manager, [articleId]);
      if (removed === undefined) return null;
      await manager.query(INSERT_ERASED_ARTICLE, [articleId, now]);
      await manager.query(ERASE_RAW_ARTICLES, [articleId]);
      const announcement: Announcement = {
        articleId,
        kind: 'withdrawn',
        reason: 'erased',
        revision: removed.last_number + 1,
        contentHash: null,
        clusterId: removed.cluster_id,
        storedAt: now,
        traceparent: null,
      };
      await manager.query(INSERT_ANNOUNCEMENTS, arrays(OUTBOX_COLUMNS, [announcement]));
      return { ...(await findErasure(manager, articleId))!, announcement };
    });
  } catch (error) {
    throw databaseError(error);
  }
}

async function findErasure(manager: EntityManager, articleId: string): Promise<Erasure | null> {
  const rows: { erased_at: Date; raw_ids: string[] }[] = await manager.query(SELECT_ERASURE, [articleId]);
  const [row] = rows;
  if (row === undefined) return null;
  return { articleId, erasedAt: row.erased_at.toISOString(), rawIds: row.raw_ids, announcement: null };
}
