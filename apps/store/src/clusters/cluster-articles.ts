import { compareText, type KhabarError } from '@khabar/contracts';
import type { DataSource, EntityManager } from 'typeorm';
import { OUTBOX_COLUMNS } from '../articles/article-columns.ts';
import type { Withdrawal } from '../articles/article-history.ts';
import type { Announcement } from '../articles/merge.ts';
import { INSERT_ANNOUNCEMENTS } from '../articles/statements.ts';
import { databaseError } from '../database/database-error.ts';
import { arrays } from '../database/set-statement.ts';
import { SHARE_LOCK } from '../erasure/statements.ts';
import { changedClusters, type Clustering } from './changed-clusters.ts';
import { type Looked, moveKeys } from './key-rows.ts';
import { linkArticles } from './link-articles.ts';
import { keysOf } from './near-duplicates.ts';
import { shinglesOf } from './shingles.ts';
import { DELETE_QUEUED, LOCK_ARTICLES, SELECT_QUEUED, SET_ASIDE, TAKE_TURN, UPDATE_CLUSTERS } from './statements.ts';

/** What one round of the clusterer came to. */
export interface Clustered {
  /** False when another clusterer is at work. */
  readonly inTurn: boolean;
  /** How many articles of the queue were looked at. */
  readonly count: number;
  /** What is told of it; in the outbox by now. */
  readonly announcements: readonly Announcement[];
  /** An article that cannot be looked at, and why. */
  readonly setAside: { readonly articleId: string; readonly error: KhabarError } | null;
}

const NOTHING: Clustered = { inTurn: true, count: 0, announcements: [], setAside: null };

/**
 * Looks for echoes of the articles that have waited longest, at most so many, and puts them into clusters: one transaction, a few
 * statements. One clusterer at a time over all stores, by an advisory lock that is held to commit. The clusters depend on the articles as
 * they are alone, not on the order or the batches in which they were looked at, once the queue is empty (ADR-0011).
 *
 * An article that changes meanwhile stands in the queue again, and is looked at in its turn. One that fails by itself, so with a `limit`
 * of 1, is set aside. `now` is when the changes are stored, RFC 3339 UTC with milliseconds.
 * @throws KhabarError as {@link databaseError} says; nothing is stored then.
 */
export async function clusterArticles(dataSource: DataSource, limit: number, now: string): Promise<Clustered> {
  try {
    return await dataSource.transaction(async (manager) => {
      const turn: { taken: boolean }[] = await manager.query(TAKE_TURN);
      if (!turn[0]!.taken) return { ...NOTHING, inTurn: false };
      await manager.query(SHARE_LOCK); // what is made of a text is not written once the text was erased
      const rows: QueuedRow[] = await manager.query(SELECT_QUEUED, [limit]);
      if (rows.length === 0) return NOTHING;
      return limit === 1 ? clusterOne(manager, rows[0]!, now) : clusterAll(manager, rows, now);
    });
  } catch (error) {
    throw databaseError(error);
  }
}

async function clusterAll(manager: EntityManager, rows: readonly QueuedRow[], now: string): Promise<Clustered> {
  const looked = lookedAt(rows);
  const moved = await moveKeys(manager, looked);
  const relinked = await linkArticles(manager, looked, moved);
  const announcements = await putInto(manager, await changedClusters(manager, relinked), now);
  await manager.query(DELETE_QUEUED, [rows.map(({ position }) => position)]);
  return { ...NOTHING, count: rows.length, announcements };
}

async function clusterOne(manager: EntityManager, row: QueuedRow, now: string): Promise<Clustered> {
  try {
    return await manager.transaction((savepoint) => clusterAll(savepoint, [row], now));
  } catch (thrown) {
    const error = databaseError(thrown);
    if (error.dependency || error.code === 'database-conflict') throw error;
    await manager.query(SET_ASIDE, [[row.position]]);
    return { ...NOTHING, count: 1, setAside: { articleId: row.article_id, error } };
  }
}

interface QueuedRow {
  readonly position: string;
  readonly article_id: string;
  readonly body: string | null;
  readonly keys: string[] | null;
}

/** Each article once; what has no keys now and had none before is left out. */
function lookedAt(rows: readonly QueuedRow[]): Looked[] {
  const looked = new Map<string, Looked>();
  for (const { article_id: id, body, keys } of rows) {
    if (looked.has(id)) continue;
    const shingles = shinglesOf(body ?? '');
    looked.set(id, { id, shingles, keys: keysOf(shingles), oldKeys: keys?.map(Number) ?? [] });
  }
  return [...looked.values()].filter(({ keys, oldKeys }) => keys.length > 0 || oldKeys.length > 0);
}

interface UpdatedRow {
  readonly id: string;
  readonly revision: number;
  readonly withdrawn: Withdrawal | null;
  readonly cluster_id: string | null;
  readonly content_hash: string;
}

/** Says so in the rows of the articles, and announces it of those that are shown. */
async function putInto(
  manager: EntityManager,
  clusterings: readonly Clustering[],
  now: string,
): Promise<Announcement[]> {
  if (clusterings.length === 0) return [];
  const ids = clusterings.map(({ id }) => id);
  await manager.query(LOCK_ARTICLES, [ids]);
  // TypeORM answers an UPDATE with its rows and their number.
  const [rows]: [UpdatedRow[], number] = await manager.query(UPDATE_CLUSTERS, [
    ids,
    clusterings.map(({ clusterId }) => clusterId),
    now,
  ]);
  const announcements = rows
    .filter(({ withdrawn }) => withdrawn === null)
    .sort((a, b) => compareText(a.id, b.id))
    .map((row): Announcement => ({
      articleId: row.id,
      kind: 'clustered',
      reason: null,
      revision: row.revision,
      contentHash: row.content_hash,
      clusterId: row.cluster_id,
      storedAt: now,
      traceparent: null,
    }));
  if (announcements.length > 0) await manager.query(INSERT_ANNOUNCEMENTS, arrays(OUTBOX_COLUMNS, announcements));
  return announcements;
}
