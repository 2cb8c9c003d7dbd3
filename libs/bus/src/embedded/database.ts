import { Client, Pool, type QueryArrayConfig, type QueryArrayResult } from 'pg';
import { databaseError } from './database-error.ts';

/** How the log's database is reached. */
export interface DatabaseSettings {
  readonly databaseUrl: string;
  /** Shown in `pg_stat_activity`. */
  readonly clientId: string;
  /** Connections at most, without the one that listens. */
  readonly maxConnections: number;
}

/** How long a connection may take, in milliseconds. */
const CONNECT_TIMEOUT_MS = 5_000;
/** How long a statement may take, in milliseconds: the server ends it, and if the server is silent we do, a little later. */
const STATEMENT_TIMEOUT_MS = 30_000;

/**
 * Every statement of the log finds its rows by an index. A plan that was made and kept while a table was empty must not read
 * the whole of it an hour later.
 */
const PLANNER_OPTIONS = '-c enable_seqscan=off -c enable_bitmapscan=off -c jit=off';

/** A statement and its parameters; a name makes it a prepared one. */
export interface Statement {
  readonly name?: string;
  readonly text: string;
  readonly values?: unknown[];
}

/** Runs a statement on a pool or client and gives its rows as arrays. @throws KhabarError as {@link databaseError} says */
export async function rowsOf<R extends unknown[]>(
  on: { query(config: QueryArrayConfig): Promise<QueryArrayResult<R>> },
  statement: Statement,
): Promise<R[]> {
  try {
    return (await on.query({ ...statement, rowMode: 'array' })).rows;
  } catch (error) {
    throw databaseError(error);
  }
}

/** The pool of the log's connections. */
export function openPool(settings: DatabaseSettings): Pool {
  const pool = new Pool({ ...connection(settings), max: settings.maxConnections });
  // one that broke while nobody used it is replaced, and whoever needs one hears of it when there is none
  pool.on('error', () => undefined);
  return pool;
}

/** A connection of its own, not yet connected. */
export function newClient(settings: DatabaseSettings): Client {
  return new Client(connection(settings));
}

function connection({ databaseUrl, clientId }: DatabaseSettings) {
  return {
    connectionString: databaseUrl,
    application_name: clientId,
    options: PLANNER_OPTIONS,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: STATEMENT_TIMEOUT_MS + 5_000,
  };
}
