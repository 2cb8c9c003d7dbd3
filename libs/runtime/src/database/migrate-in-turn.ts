import { setTimeout } from 'node:timers/promises';

/** One connection to Postgres, outside of a transaction, that answers with rows. */
export interface MigrationSession {
  query(statement: string): Promise<unknown>;
}

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 500;

/**
 * Runs migrations, one at a time in a database, with no limit of time that a role or a database sets for statements or locks. The turn is
 * given back at the end, and with the connection, however that ends.
 *
 * Whoever waits for it asks again and again: a statement that waits for a lock has a snapshot, for whose end CREATE INDEX CONCURRENTLY of
 * who has the turn would wait in turn.
 * @param key names what is migrated, the same for all who do
 */
export async function migrateInTurn<T>(session: MigrationSession, key: string, work: () => Promise<T>): Promise<T> {
  const lock = `hashtextextended('khabar ${key} migrations', 0)`;
  const takeTurn = `SELECT pg_try_advisory_lock(${lock}) AS taken, set_config('statement_timeout', '0', false),
    set_config('lock_timeout', '0', false)`;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const [row] = (await session.query(takeTurn)) as [{ taken: boolean }];
    if (row.taken) break;
    await setTimeout(pauseMs);
  }
  try {
    return await work();
  } finally {
    // nothing of a connection that broke is there to be given back
    await session
      .query(`RESET statement_timeout; RESET lock_timeout; SELECT pg_advisory_unlock(${lock})`)
      .catch(() => undefined);
  }
}
