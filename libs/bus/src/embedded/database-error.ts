import { KhabarError, toKhabarError } from '@khabar/contracts';
import { DatabaseError } from 'pg';

/** SQLSTATE classes that blame no statement: connection, resources (a full disk), not accepting connections, operator, system. */
const AWAY = /^(08|53|55000|57|58)/;

/**
 * Anything that `pg` throws as a KhabarError: `database-unavailable` (a dependency that is away) when the connection failed, timed out
 * or was refused. What bears no SQLSTATE did not come from the server, and is then trouble on the way to it.
 */
export function databaseError(thrown: unknown): KhabarError {
  if (thrown instanceof KhabarError) return thrown;
  if (!(thrown instanceof Error) || thrown instanceof TypeError || thrown instanceof RangeError) {
    return toKhabarError(thrown);
  }
  if (thrown instanceof DatabaseError && !AWAY.test(thrown.code ?? '')) return toKhabarError(thrown);
  // a refused connection to a name with several addresses is an AggregateError without a message of its own
  const why = thrown.message || ((thrown as NodeJS.ErrnoException).code ?? thrown.name);
  return new KhabarError('database-unavailable', `Postgres is away: ${why}`, { dependency: true, cause: thrown });
}
