import { stat } from 'node:fs/promises';
import { Client } from 'pg';
import { KhabarError } from '@khabar/contracts';
import { readSchemaVersions } from '../schema-versions.ts';

/** The state of a running Postgres from which files are being copied. Disposing of it gives up what was not ended. */
export interface OnlineBackup extends AsyncDisposable {
  readonly systemIdentifier: string;
  readonly postgresMajor: number;
  /** To be called when all files but the write-ahead log have been copied. That log stays there until this is disposed of. */
  end(): Promise<EndedBackup>;
}

/** What belongs to the copied files. */
export interface EndedBackup {
  /** The content of `backup_label`: where in the log Postgres has to begin, and that it must go on to the end of the backup. */
  readonly label: string;
  /** The first and the last segment of the log that are needed. */
  readonly firstSegment: string;
  readonly lastSegment: string;
  readonly segmentBytes: number;
  /** See `schemas` of the manifest. */
  readonly schemas: Readonly<Record<string, number>>;
}

/**
 * Tells the Postgres of a cluster that its files are about to be copied, one by one and while they change ("Making a Base Backup Using the
 * Low Level API" in its manual): until {@link OnlineBackup.end} every page that changes goes into the log as a whole, and a temporary
 * replication slot keeps the log, from before the start on, however much is written. Both end with our connection, whatever ends that.
 * @throws KhabarError `database-unreachable`, or `backup-unsupported` where the address is not that of the folder's Postgres
 */
export async function beginOnlineBackup(
  databaseUrl: string,
  clusterDir: string,
  signal: AbortSignal,
): Promise<OnlineBackup> {
  const client = new Client({ connectionString: databaseUrl, application_name: 'khabar backup', keepAlive: true });
  client.on('error', () => undefined); // the query that waits for it says so
  const close = () => client.end();
  signal.addEventListener('abort', close, { once: true });
  const dispose = async () => {
    signal.removeEventListener('abort', close);
    await close();
  };
  try {
    await client.connect().catch((cause: unknown) => {
      throw new KhabarError('database-unreachable', `Postgres does not answer: ${(cause as Error).message}`, { cause });
    });
    const { folder, systemIdentifier, postgresMajor } = await one<Identity>(client, IDENTITY);
    if (!(await isSameFolder(folder, clusterDir))) {
      throw new KhabarError('backup-unsupported', `The Postgres that answers works in ${folder}, not in ${clusterDir}`);
    }
    // the slot first: it keeps the log from the last checkpoint on, and the backup starts with a later one
    await client.query('select pg_create_physical_replication_slot($1, true, true)', [`khabar_backup_${process.pid}`]);
    await client.query(`select pg_backup_start('khabar backup', fast => true)`);
    return { systemIdentifier, postgresMajor, end: () => end(client), [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    signal.throwIfAborted();
    throw error;
  }
}

interface Identity {
  readonly folder: string;
  readonly systemIdentifier: string;
  readonly postgresMajor: number;
}

const IDENTITY = `
select current_setting('data_directory') as folder,
       (select system_identifier::text from pg_control_system()) as "systemIdentifier",
       current_setting('server_version_num')::int / 10000 as "postgresMajor"`;

/** We hold a copy of every segment that we need, so nobody has to wait for an archiver. */
const STOP = `
select labelfile as label, substring(labelfile from 'START WAL LOCATION: [^ ]+ \\(file ([0-9A-F]{24})\\)') as "firstSegment",
       pg_walfile_name(lsn - 1) as "lastSegment", pg_size_bytes(current_setting('wal_segment_size'))::int as "segmentBytes"
from pg_backup_stop(wait_for_archive => false)`;

async function end(client: Client): Promise<EndedBackup> {
  const ended = await one<Omit<EndedBackup, 'schemas'>>(client, STOP);
  // asked afterwards: of a migration in between, the backup tells rather than not
  return { ...ended, schemas: await readSchemaVersions(client) };
}

async function one<Row extends object>(client: Client, query: string): Promise<Row> {
  return (await client.query<Row>(query)).rows[0]!;
}

async function isSameFolder(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([one, other].map((path) => stat(path).catch(() => null)));
  return a != null && b != null && a.dev === b.dev && a.ino === b.ino;
}
