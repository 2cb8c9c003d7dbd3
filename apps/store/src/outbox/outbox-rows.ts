import { type ArticleChange, articleChangeEvent, type CloudEvent } from '@khabar/contracts';

/** How often a transaction that waits for the bus speaks: well below the time that the database gives a silent one (`open-database.ts`). */
export const HOLD_EVERY_MS = 15_000;

/** Takes the relay's turn to the end of the transaction, unless another has it. */
export const TAKE_TURN = `SELECT pg_try_advisory_xact_lock(hashtextextended('khabar store outbox', 0)) AS taken`;

const COLUMNS = 'position, article_id, revision, kind, reason, content_hash, cluster_id, stored_at, traceparent';

/** So many of the oldest rows. */
export const SELECT_OLDEST = `SELECT ${COLUMNS} FROM store.outbox ORDER BY position LIMIT $1`;

/** The rows of these positions that are still there. */
export const SELECT_POSITIONS = `SELECT ${COLUMNS} FROM store.outbox WHERE position = ANY($1) ORDER BY position`;

/**
 * Moves what has been announced to where it is read from. Only in the relay's turn, which lasts to the end of the transaction: so numbers
 * become visible in their order, and who reads by rising number misses none.
 */
export const MOVE_ANNOUNCED = `
  WITH announced AS (DELETE FROM store.outbox WHERE position = ANY($1) RETURNING *)
  INSERT INTO store.changes (article_id, revision, kind, reason, content_hash, cluster_id, stored_at)
  SELECT article_id, revision, kind, reason, decode(content_hash, 'hex'), cluster_id, stored_at FROM announced ORDER BY position`;

/** What a row tells of a change, in the outbox and behind it. */
export interface ToldChange {
  readonly article_id: string;
  readonly revision: number;
  readonly kind: ArticleChange['kind'];
  readonly reason: string | null;
  readonly content_hash: string | null;
  readonly cluster_id: string | null;
  readonly stored_at: Date;
}

/** A change as it stands in the outbox. */
export interface OutboxRow extends ToldChange {
  readonly position: string;
  readonly traceparent: string | null;
}

/** The data of its announcement. */
export function changeOf(row: ToldChange): ArticleChange {
  return {
    id: row.article_id,
    kind: row.kind,
    reason: row.reason,
    revision: row.revision,
    contentHash: row.content_hash,
    clusterId: row.cluster_id,
    storedAt: row.stored_at.toISOString(),
  };
}

/** Its announcement: the same event at every call. */
export function eventOf(row: OutboxRow): CloudEvent {
  return articleChangeEvent(changeOf(row), row.traceparent ?? undefined);
}
