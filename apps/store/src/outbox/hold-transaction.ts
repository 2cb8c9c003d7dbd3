import { setTimeout } from 'node:timers/promises';
import type { EntityManager } from 'typeorm';

/**
 * Waits for work outside of the database within a transaction, and speaks to the database every `intervalMs` meanwhile: a transaction
 * that says nothing is ended, as that of a frozen process. Settles when the work has, never before.
 * @throws what the work throws; else the error of a transaction that was lost.
 */
export async function holdTransaction(manager: EntityManager, intervalMs: number, work: Promise<void>): Promise<void> {
  const settled = new AbortController();
  const holding = speakUntil(settled.signal, manager, intervalMs);
  const [worked, held] = await Promise.allSettled([work.finally(() => settled.abort()), holding]);
  if (worked.status === 'rejected') throw worked.reason;
  if (held.status === 'rejected') throw held.reason;
}

async function speakUntil(signal: AbortSignal, manager: EntityManager, intervalMs: number): Promise<void> {
  for (;;) {
    await setTimeout(intervalMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    await manager.query('SELECT 1');
  }
}
