import type { CloudEvent } from '@khabar/contracts';
import type { DataSource } from 'typeorm';
import { databaseError } from '../database/database-error.ts';
import { holdTransaction } from './hold-transaction.ts';
import { MOVE_ANNOUNCED, HOLD_EVERY_MS, type OutboxRow, SELECT_OLDEST, TAKE_TURN, eventOf } from './outbox-rows.ts';

/** What one round of the relay came to. */
export interface Relayed {
  /** False when another relay is at work. */
  readonly inTurn: boolean;
  /** How many changes were announced. */
  readonly count: number;
  /** When the oldest of them was stored, RFC 3339 UTC; null when there was none. */
  readonly oldestStoredAt: string | null;
}

/**
 * Announces the oldest changes of the outbox, and moves them to `changes` once the bus has them. One relay at a time over all stores: an advisory
 * lock is held to the end of the round.
 *
 * The changes of one article leave in their order: its row's lock is held to commit while they are written, so who sees the later one sees
 * the earlier one too, at a smaller position. No change is passed over, for what a slow transaction adds below a position already
 * announced is found in a later round: the outbox is emptied, not read by a cursor. A round that is cut short leaves its changes where
 * they are, to be announced again under the same ids.
 *
 * A round lasts until its publish has settled, however long that takes; the transaction is kept awake for so long. Who loses it all the
 * same (its connection breaks, its process freezes) has deleted nothing: the next relay begins with the very changes that may still be
 * on their way, so what arrives late is a repeat, and no change appears for the first time behind a later one of its article.
 * @throws KhabarError as `publish` and {@link databaseError} say.
 */
export async function relayChanges(
  dataSource: DataSource,
  publish: (events: CloudEvent[]) => Promise<void>,
  limit: number,
  holdEveryMs = HOLD_EVERY_MS,
): Promise<Relayed> {
  try {
    return await dataSource.transaction(async (manager) => {
      const turn: { taken: boolean }[] = await manager.query(TAKE_TURN);
      if (!turn[0]!.taken) return { inTurn: false, count: 0, oldestStoredAt: null };
      const rows: OutboxRow[] = await manager.query(SELECT_OLDEST, [limit]);
      if (rows.length > 0) {
        await holdTransaction(manager, holdEveryMs, publish(rows.map(eventOf)));
        await manager.query(MOVE_ANNOUNCED, [rows.map(({ position }) => position)]);
      }
      const oldestStoredAt = rows[0]?.stored_at.toISOString() ?? null;
      return { inTurn: true, count: rows.length, oldestStoredAt };
    });
  } catch (error) {
    throw databaseError(error);
  }
}
