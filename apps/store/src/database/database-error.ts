import { KhabarError, toKhabarError } from '@khabar/contracts';
import { QueryFailedError } from 'typeorm';

/** SQLSTATE classes that blame no statement: connection, transaction state (read-only, timed out), resources, operator, system. */
const AWAY = /^(08|25|53|57|58)/;

/** SQLSTATEs of transactions that stood in each other's way: serialization, deadlock, lock not available. */
const CONFLICT = /^(40|55P03)/;

/** SQLSTATE classes that blame the data: not of its type, against a constraint, beyond a limit of the program. */
const UNFIT = /^(22|23|54)/;

/**
 * Anything that a query throws as a KhabarError: `database-unavailable` (a dependency that is away), `database-conflict` (worth another
 * try), else what {@link toKhabarError} makes of it. Its cause is the driver's error, for TypeORM's carries all parameters.
 */
export function databaseError(thrown: unknown): KhabarError {
  if (thrown instanceof KhabarError) return thrown;
  const cause: unknown = thrown instanceof QueryFailedError ? thrown.driverError : thrown;
  const code = sqlState(cause);
  const why = cause instanceof Error ? cause.message || ((cause as NodeJS.ErrnoException).code ?? cause.name) : '';
  if (code === null ? isTroubleOnTheWay(cause) : AWAY.test(code)) {
    return new KhabarError('database-unavailable', `Postgres is away: ${why}`, { dependency: true, cause });
  }
  if (code !== null && CONFLICT.test(code)) {
    return new KhabarError('database-conflict', why, { retriable: true, cause });
  }
  return toKhabarError(cause);
}

/** As {@link databaseError}, where articles are stored: `unstorable-article` when Postgres refuses their data, which will never succeed. */
export function storingError(thrown: unknown): KhabarError {
  const error = databaseError(thrown);
  if (thrown instanceof KhabarError || !UNFIT.test(sqlState(error.cause) ?? '')) return error;
  return new KhabarError('unstorable-article', `Postgres refused the article: ${error.message}`, {
    cause: error.cause,
  });
}

/** As {@link databaseError}, where a request is answered: what is nobody's fault but ours stays the driver's error, so that it is answered 500. */
export function readingError(thrown: unknown): unknown {
  const error = databaseError(thrown);
  return error.code === 'unexpected' ? error.cause : error;
}

/** The five characters by which Postgres names an error; null for an error that did not come from the server. */
export function sqlState(error: unknown): string | null {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !code.startsWith('E') ? code : null;
}

// A connection that ends, or a pool that is closed, is reported by plain errors, of several addresses by an AggregateError without text.
function isTroubleOnTheWay(error: unknown): boolean {
  return error instanceof Error && !(error instanceof TypeError) && !(error instanceof RangeError);
}
