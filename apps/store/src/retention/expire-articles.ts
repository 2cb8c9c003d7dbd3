import type { DataSource, EntityManager } from 'typeorm';
import { OUTBOX_COLUMNS } from '../articles/article-columns.ts';
import type { Announcement } from '../articles/merge.ts';
import { INSERT_ANNOUNCEMENTS } from '../articles/statements.ts';
import { databaseError } from '../database/database-error.ts';
import { arrays } from '../database/set-statement.ts';
import { removeArticles } from '../erasure/remove-articles.ts';
import { TAKE_LOCK } from '../erasure/statements.ts';
import type { RetentionLimits } from './limits.ts';

/** Writers wait while these are deleted: tens of milliseconds. */
const DELETED_AT_ONCE = 100;

/** Writers that take longer let us wait, and others behind us; we come again. */
const WAIT_FOR_LOCK = `SET LOCAL lock_timeout = '2s'`;

/** Of several sources the one that keeps it for longest counts. $1 before, $2 sources, $3 before of each. */
const IS_EXPIRED = `
  a.fetched_at < (
    SELECT min(coalesce(x.before, $1::timestamptz)) FROM unnest(a.sources) AS s(source)
    LEFT JOIN unnest($2::uuid[], $3::timestamptz[]) AS x(source, before) USING (source))`;

/** Looks at articles in order of id. $4 the id after which, $5 how many. */
export const SELECT_NEXT = `
  SELECT a.id, ${IS_EXPIRED} AS is_expired FROM (SELECT * FROM store.articles WHERE id > $4 ORDER BY id LIMIT $5) AS a ORDER BY a.id`;

/** $4 ids. */
const SELECT_STILL_EXPIRED = `SELECT a.id FROM store.articles a WHERE a.id = ANY($4) AND ${IS_EXPIRED} ORDER BY a.id`;

/** $1 article ids. */
const FORGET_RAW_ARTICLES = 'DELETE FROM store.raw_articles WHERE article_id = ANY($1)';

/** What one step came to. */
export interface Expired {
  /** The last article that was looked at; null when there was none behind. */
  readonly lastId: string | null;
  /** How many articles were deleted. */
  readonly count: number;
  /** What is told of it; in the outbox by now. */
  readonly announcements: readonly Announcement[];
}

/**
 * Deletes those of the next articles behind an id that were last fetched before the limits, with all that is known of them, in
 * transactions of {@link DELETED_AT_ONCE}; `pause` is awaited after each with the milliseconds that it took. What was shown is announced
 * as withdrawn with the reason `expired`. One that is fetched again is stored as a new article. `now` is RFC 3339 UTC with milliseconds.
 * @throws KhabarError as {@link databaseError} says, `database-conflict` where writers left no room; what was deleted before stays so
 */
export async function expireArticles(
  dataSource: DataSource,
  limits: RetentionLimits,
  { afterId, limit, now }: { afterId: string; limit: number; now: string },
  pause: (tookMs: number) => Promise<void> = () => Promise.resolve(),
): Promise<Expired> {
  try {
    const parameters = parametersOf(limits);
    const rows: { id: string; is_expired: boolean }[] = await dataSource.query(SELECT_NEXT, [
      ...parameters,
      afterId,
      limit,
    ]);
    const expired = rows.filter(({ is_expired }) => is_expired).map(({ id }) => id);
    let count = 0;
    const announcements: Announcement[] = [];
    for (let at = 0; at < expired.length; at += DELETED_AT_ONCE) {
      const startedAtMs = performance.now();
      const ids = expired.slice(at, at + DELETED_AT_ONCE);
      const removed = await dataSource.transaction((manager) => expire(manager, parameters, ids, now));
      count += removed.count;
      announcements.push(...removed.announcements);
      await pause(performance.now() - startedAtMs);
    }
    return { lastId: rows.at(-1)?.id ?? null, count, announcements };
  } catch (error) {
    throw databaseError(error);
  }
}

function parametersOf({ before, sources, beforeOfSource }: RetentionLimits): unknown[] {
  return [before, sources, beforeOfSource];
}

async function expire(
  manager: EntityManager,
  parameters: readonly unknown[],
  ids: readonly string[],
  now: string,
): Promise<Omit<Expired, 'lastId'>> {
  await manager.query(WAIT_FOR_LOCK);
  await manager.query(TAKE_LOCK);
  const still: { id: string }[] = await manager.query(SELECT_STILL_EXPIRED, [...parameters, ids]);
  const removed = await removeArticles(
    manager,
    still.map(({ id }) => id),
  );
  await manager.query(FORGET_RAW_ARTICLES, [removed.map(({ id }) => id)]);
  const announcements = removed
    .filter(({ withdrawn }) => withdrawn === null)
    .map(({ id, last_number, cluster_id }): Announcement => ({
      articleId: id,
      kind: 'withdrawn',
      reason: 'expired',
      revision: last_number + 1,
      contentHash: null,
      clusterId: cluster_id,
      storedAt: now,
      traceparent: null,
    }));
  if (announcements.length > 0) await manager.query(INSERT_ANNOUNCEMENTS, arrays(OUTBOX_COLUMNS, announcements));
  return { count: removed.length, announcements };
}
