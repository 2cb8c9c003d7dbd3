import { Client } from 'pg';
import { KhabarError } from '@khabar/contracts';

/** The right to be the one supervisor of a database, held as long as its connection lives. Disposing releases it. */
export interface InstanceLock extends AsyncDisposable {
  /** Resolves when the lock is no longer held: by `release`, or because the database is gone. */
  readonly ended: Promise<void>;
  release(): Promise<void>;
}

/** One pair of numbers for all time, in the two-number space of advisory locks: "khab", supervisor. */
const LOCK = [0x6b686162, 1];
const APPLICATION = 'khabar supervisor';
/** A killed holder's connection is closed with it; the server needs a moment to notice. */
const PATIENCE_MS = 1_000;
const LOOK_AGAIN_MS = 25;

/**
 * Takes the session-level advisory lock that keeps a second supervisor off the same data.
 * @throws KhabarError `already-running` with the number of the process that holds it, or `database-unreachable`
 */
export async function acquireInstanceLock(url: string): Promise<InstanceLock> {
  const client = new Client({
    connectionString: url,
    application_name: `${APPLICATION} ${process.pid}`,
    keepAlive: true,
  });
  const ended = Promise.withResolvers<void>();
  client.on('error', () => ended.resolve());
  client.on('end', () => ended.resolve());
  try {
    await client.connect().catch((cause: unknown) => {
      throw unreachable(client, cause);
    });
    const deadline = performance.now() + PATIENCE_MS;
    while (!(await tryLock(client))) {
      if (performance.now() > deadline) throw alreadyRunning(await holder(client));
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  } catch (error) {
    await client.end();
    throw error;
  }
  const release = () => client.end();
  return { ended: ended.promise, release, [Symbol.asyncDispose]: release };
}

async function tryLock(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1, $2) as taken', LOCK);
  return rows[0]!.taken;
}

async function holder(client: Client): Promise<string | undefined> {
  const { rows } = await client.query<{ name: string }>(
    `select application_name as name from pg_locks join pg_stat_activity using (pid)
     where locktype = 'advisory' and classid = $1 and objid = $2 and objsubid = 2 and granted`,
    LOCK,
  );
  return /\d+$/.exec(rows[0]?.name ?? '')?.[0];
}

function alreadyRunning(pid: string | undefined): KhabarError {
  const process = pid === undefined ? '' : ` (process ${pid})`;
  return new KhabarError(
    'already-running',
    `Khabar already runs on these data${process}: stop it, or set KHABAR_DATA (or DATABASE_URL) to others`,
  );
}

function unreachable({ host, port }: Client, cause: unknown): KhabarError {
  const { message, code = '' } = cause as NodeJS.ErrnoException;
  return new KhabarError(
    'database-unreachable',
    `The database at ${host}:${port} cannot be used (${message || code}): start it, or correct DATABASE_URL`,
    { retriable: true, cause },
  );
}
