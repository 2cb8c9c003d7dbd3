import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, DatabaseError } from 'pg';
import { KhabarError } from '@khabar/contracts';
import { diskFull, openDataFolder } from './data-folder.ts';
import { choosePostgresAccount } from './postgres-account.ts';
import { findPostgresBinaries } from './postgres-binaries.ts';
import { POSTGRES_NAME, ensureCluster } from './postgres-cluster.ts';
import {
  disownStaleFile,
  isPostmaster,
  readPostmasterFile,
  spawnPostmaster,
  stopPostmaster,
  whenGone,
  type PostmasterOptions,
} from './postmaster.ts';

/** What {@link startEmbeddedPostgres} may be told. */
export interface EmbeddedPostgresOptions {
  /** The data folder: `postgres/` (the cluster), `password` (mode 0600), `postgres.log`. Made when missing. */
  dataDir: string;
  /** The port on 127.0.0.1; unless told that of the last run when it crashed, else a free one. */
  port?: number;
  /** Settings of postgresql.conf for this run. An adopted server keeps those it was started with. */
  settings?: Readonly<Record<string, string>>;
  /** Told of steps that take a person's time. */
  log: (line: string) => void;
}

/** A Postgres of the data folder that serves. It outlives this process unless stopped; disposing of it stops it. */
export interface EmbeddedPostgres extends AsyncDisposable {
  /** With the password, for `DATABASE_URL`. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** True when it ran already: a supervisor that was killed left it. */
  readonly adopted: boolean;
  /** Resolves when Postgres has ended, by `stop` or otherwise. */
  readonly exited: Promise<void>;
  /** Stops it: open transactions are rolled back, and after `limitMs` (5,000 unless told) it is ended at once. */
  stop(limitMs?: number): Promise<void>;
}

type Running = Pick<EmbeddedPostgres, 'pid' | 'port' | 'adopted' | 'exited'>;

const STOP_LIMIT_MS = 5_000;
const LOOK_AGAIN_MS = 20;
const SLOW_MS = 3_000;
/** For how long a failed start is repeated while its reason may pass. */
const HANDOVER_LIMIT_MS = 15_000;
/** Free ports are sought from here on, below every system's ephemeral ports; see {@link choosePort}. */
const FIRST_PORT = 20_000;
const PORT_COUNT = 12_000;

/**
 * Starts the Postgres of a data folder from the binaries that npm brought, or takes over the one that still runs there,
 * and makes the database `khabar` when it is missing.
 * @throws KhabarError with one line that says what to do: `data-folder-unusable`, `disk-full`, `postgres-missing`,
 *   `postgres-account`, `postgres-version`, `postgres-password`, `port-in-use`, `postgres-failed`
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log, settings = {} } = options;
  const binaries = findPostgresBinaries();
  const dataDir = await openDataFolder(options.dataDir);
  const clusterDir = join(dataDir, 'postgres');
  const account = await choosePostgresAccount(dataDir, clusterDir, binaries);
  const password = await ensureCluster(dataDir, binaries, account, log);

  const start = { postgres: binaries.postgres, dataDir, settings, account };
  const { pid, port, adopted, exited } = await serve(start, options.port, log);
  const address = `postgres://${POSTGRES_NAME}:${password}@127.0.0.1:${port}`;
  await ensureDatabase(`${address}/postgres`, dataDir);

  const stop = (limitMs = STOP_LIMIT_MS) => stopPostmaster(pid, clusterDir, limitMs);
  const url = `${address}/${POSTGRES_NAME}`;
  return { url, port, pid, adopted, exited, stop, [Symbol.asyncDispose]: () => stop() };
}

/**
 * Looks who serves this cluster, and acts, until somebody does: several starts may be at it at once, and a server that
 * recovers or stops is waited for as long as it takes.
 */
async function serve(
  start: Omit<PostmasterOptions, 'port'>,
  wantedPort: number | undefined,
  log: (line: string) => void,
): Promise<Running> {
  const clusterDir = join(start.dataDir, 'postgres');
  const deadline = performance.now() + HANDOVER_LIMIT_MS;
  const slow = setTimeout(() => log('Postgres is still busy with its last run (recovery or shutdown) …'), SLOW_MS);
  try {
    for (;;) {
      const file = await readPostmasterFile(clusterDir);
      if (!file || !isPostmaster(file.pid, clusterDir)) {
        const port = await choosePort(wantedPort, file?.port);
        const outcome = await spawnPostmaster({ ...start, port });
        if ('pid' in outcome) return { ...outcome, port, adopted: false };
        const temporary = isTemporary(outcome.failed, wantedPort !== undefined) && performance.now() < deadline;
        if (!temporary) throw explainFailure(outcome.failed, port, start.dataDir);
        if (file && LOCK_FILE_EXISTS.test(outcome.failed)) await disownStaleFile(clusterDir);
      } else if (file.status === 'ready') {
        const { pid, port } = file;
        return { pid, port, adopted: true, exited: whenGone(pid, clusterDir) };
      }
      await pause(LOOK_AGAIN_MS);
    }
  } finally {
    clearTimeout(slow);
  }
}

/**
 * A wanted port must be free. Else the port of the last run, so that its clients find the server again, or any. It is
 * none of the ephemeral ones: a client that keeps trying such a port of a stopped server may be given it for its own end and
 * connect to itself.
 */
async function choosePort(wanted: number | undefined, last: number | undefined): Promise<number> {
  if (wanted !== undefined) {
    if (await canListen(wanted)) return wanted;
    throw portInUse(wanted);
  }
  if (last && (await canListen(last))) return last;
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORT_COUNT);
    if (await canListen(port)) return port;
  }
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

const LOCK_FILE_EXISTS = /lock file ".*" already exists/;

/** A second start was quicker, a killed server's processes are still ending, or the free port has been taken. */
function isTemporary(log: string, portIsWanted: boolean): boolean {
  if (LOCK_FILE_EXISTS.test(log) || log.includes('pre-existing shared memory block')) return true;
  return !portIsWanted && log.includes('Address already in use');
}

function explainFailure(log: string, port: number, dataDir: string): KhabarError {
  if (log.includes('Address already in use')) return portInUse(port);
  if (log.includes('No space left on device')) return diskFull('Postgres could not write', dataDir);
  return failed(/(?:FATAL|PANIC): +(.+)/.exec(log)?.[1] ?? log.trim().split('\n').at(-1) ?? 'no reason given', dataDir);
}

function failed(reason: string, dataDir: string): KhabarError {
  return new KhabarError(
    'postgres-failed',
    `Postgres did not start: ${reason}; ${join(dataDir, 'postgres.log')} has the rest`,
  );
}

function portInUse(port: number): KhabarError {
  return new KhabarError(
    'port-in-use',
    `Port ${port}, wanted for Postgres, is in use by another program: stop that program, or choose another port`,
  );
}

async function ensureDatabase(url: string, dataDir: string): Promise<void> {
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    const { rowCount } = await client.query('select from pg_database where datname = $1', [POSTGRES_NAME]);
    if (rowCount === 0) await client.query(`create database ${POSTGRES_NAME}`);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    if (error.code === '28P01') {
      throw new KhabarError(
        'postgres-password',
        `${join(dataDir, 'password')} does not open the database: restore that file`,
        { cause: error },
      );
    }
    // duplicate_database, or the unique index behind it: a second start was quicker
    if (error.code !== '42P04' && error.code !== '23505') throw error;
  } finally {
    await client.end();
  }
}
