import type { DataSource } from 'typeorm';
import { databaseError } from '../database/database-error.ts';
import { keptFormFromRow, type RevisionRow } from './rows.ts';
import { spentRepeats } from './spent-repeats.ts';
import { LOCK_ARTICLES, SELECT_FORMS } from './statements.ts';

/** So few cost a merge nothing, and most of them have to stay. */
const FEW_REPEATS = 20;

/** How many old repeats the next articles have. $1 the id after which to look, $2 how many articles, $3 instant. */
export const SELECT_REPEATS = `
  SELECT a.id, (
    SELECT count(*)::int FROM store.revisions r WHERE r.article_id = a.id AND r.number IS NULL AND r.stored_at < $3
  ) AS repeats
  FROM store.articles a WHERE a.id > $1 ORDER BY a.id LIMIT $2`;

/** $1 article id, $2 event ids. */
const DELETE_REPEATS = 'DELETE FROM store.revisions WHERE article_id = $1 AND event_id = ANY($2)';

/** What one step came to. */
export interface Forgotten {
  /** The last article that was looked at; null when there was none behind. */
  readonly lastId: string | null;
  /** How many repeats were deleted. */
  readonly count: number;
}

/**
 * Deletes what {@link spentRepeats} finds among the next articles behind an id, each article under its lock, so beside any store that
 * saves. `before` is RFC 3339 UTC: older events come no more; one that does is a repeat again.
 * @throws KhabarError as {@link databaseError} says; articles before the one that failed are done.
 */
export async function forgetRepeats(
  dataSource: DataSource,
  afterId: string,
  limit: number,
  before: string,
): Promise<Forgotten> {
  try {
    const rows: { id: string; repeats: number }[] = await dataSource.query(SELECT_REPEATS, [afterId, limit, before]);
    let count = 0;
    for (const { id, repeats } of rows) if (repeats > FEW_REPEATS) count += await forgetOf(dataSource, id, before);
    return { lastId: rows.at(-1)?.id ?? null, count };
  } catch (error) {
    throw databaseError(error);
  }
}

function forgetOf(dataSource: DataSource, id: string, before: string): Promise<number> {
  return dataSource.transaction(async (manager) => {
    await manager.query(LOCK_ARTICLES, [[id]]);
    const rows: RevisionRow[] = await manager.query(SELECT_FORMS, [[id]]);
    const spent = spentRepeats(rows.map(keptFormFromRow), before);
    if (spent.length > 0) await manager.query(DELETE_REPEATS, [id, spent.map(({ eventId }) => eventId)]);
    return spent.length;
  });
}
