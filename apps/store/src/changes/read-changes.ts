import type { ArticleChange } from '@khabar/contracts';
import type { DataSource } from 'typeorm';
import { readRows } from '../database/read-rows.ts';
import { type ToldChange, changeOf } from '../outbox/outbox-rows.ts';

/** A change as it is streamed. */
export interface StreamedChange {
  /** Its place in the order of all changes: rising, with gaps. */
  readonly number: number;
  readonly kind: ArticleChange['kind'];
  /** Every source that told the article; null where nobody knows any more, for it was erased. */
  readonly sources: readonly string[] | null;
  /** An {@link ArticleChange} as JSON: written once, whoever reads it. */
  readonly data: string;
}

/** Which numbers are kept. */
export interface KeptChanges {
  /** Changes up to this one are deleted. */
  readonly deletedTo: number;
  /** The newest change; `deletedTo` where there is none. */
  readonly newest: number;
}

/** Changes behind a number, and what is deleted as of the same moment. $1 the number, $2 how many. */
export const SELECT_CHANGES = `
  SELECT p.deleted_to, c.* FROM store.changes_progress p LEFT JOIN LATERAL (
    SELECT c.number, c.article_id, c.revision, c.kind, c.reason, encode(c.content_hash, 'hex') AS content_hash, c.cluster_id, c.stored_at,
      a.sources
    FROM store.changes c LEFT JOIN store.articles a ON a.id = c.article_id
    WHERE c.number > $1 ORDER BY c.number LIMIT $2
  ) c ON true ORDER BY c.number`;

/** The bounds of what is kept. */
export const SELECT_KEPT_CHANGES = `
  SELECT deleted_to, greatest(deleted_to, (SELECT max(number) FROM store.changes)) AS newest FROM store.changes_progress`;

/** Of the oldest changes those that are older than an instant, and counted; the newest one stays. $1 the instant, $2 how many. */
const DELETE_OLD_CHANGES = `
  WITH old AS (
    DELETE FROM store.changes WHERE number IN (
      SELECT o.number FROM (SELECT number, announced_at FROM store.changes ORDER BY number LIMIT $2) o, store.changes_progress p
      WHERE o.announced_at < $1 AND o.number <= p.counted_to AND o.number < (SELECT max(number) FROM store.changes))
    RETURNING number
  ), progress AS (
    UPDATE store.changes_progress SET deleted_to = greatest(deleted_to, (SELECT max(number) FROM old))
    WHERE EXISTS (SELECT FROM old)
  )
  SELECT count(*)::int AS count FROM old`;

interface ChangeRow extends ToldChange {
  readonly deleted_to: string;
  /** Null, as is all of the change, where there is none. */
  readonly number: string | null;
  readonly sources: string[] | null;
}

/** So many changes behind a number, in order; null where some of them are deleted. @throws as {@link readRows} says */
export async function readChanges(
  dataSource: DataSource,
  after: number,
  limit: number,
): Promise<StreamedChange[] | null> {
  const rows = await readRows<ChangeRow>(dataSource, SELECT_CHANGES, [after, limit]);
  if (after < Number(rows[0]!.deleted_to)) return null;
  return rows.filter(({ number }) => number !== null).map(streamedChangeOf);
}

/** @throws as {@link readRows} says */
export async function readKeptChanges(dataSource: DataSource): Promise<KeptChanges> {
  const [row] = await readRows<{ deleted_to: string; newest: string }>(dataSource, SELECT_KEPT_CHANGES, []);
  return { deletedTo: Number(row!.deleted_to), newest: Number(row!.newest) };
}

/** Deletes changes announced before an instant, of the oldest so many; returns how many it were. @throws as {@link readRows} says */
export async function deleteOldChanges(dataSource: DataSource, before: string, limit: number): Promise<number> {
  const [row] = await readRows<{ count: number }>(dataSource, DELETE_OLD_CHANGES, [before, limit]);
  return row!.count;
}

function streamedChangeOf(row: ChangeRow): StreamedChange {
  return { number: Number(row.number), kind: row.kind, sources: row.sources, data: JSON.stringify(changeOf(row)) };
}
