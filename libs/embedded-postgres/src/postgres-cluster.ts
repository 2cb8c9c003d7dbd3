import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, link, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { KhabarError } from '@khabar/contracts';
import { diskFull, explainFileError } from './data-folder.ts';
import type { PostgresAccount } from './postgres-account.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { isRunning } from './process-state.ts';

/** The database's superuser, and the name of its database. */
export const POSTGRES_NAME = 'khabar';

/** The environment of Postgres: nothing of ours may change how it behaves (PGDATA, PGOPTIONS, a locale it lacks). */
export const POSTGRES_ENVIRONMENT = { PATH: process.env['PATH'], LC_ALL: 'C' };

const run = promisify(execFile);

const LEAST_SHARED_BUFFERS_MB = 64;
const MOST_SHARED_BUFFERS_MB = 1024;

/** Named by the process that works there, so that what a killed one left can be told from what is in use. */
const UNFINISHED = /^\.(?:initdb|restore)-(\d+)-/;

/**
 * Makes the cluster when there is none, and returns the password of its superuser. A start that is killed in the middle
 * leaves nothing that the next one would take for a cluster: it is made aside and renamed.
 * @throws KhabarError `postgres-version`, `postgres-password`, `disk-full`, `data-folder-unusable` or `postgres-failed`
 */
export async function ensureCluster(
  dataDir: string,
  binaries: PostgresBinaries,
  account: PostgresAccount,
  log: (line: string) => void,
): Promise<string> {
  const clusterDir = join(dataDir, 'postgres');
  const passwordFile = join(dataDir, 'password');
  try {
    if (await isCluster(clusterDir, binaries.major)) return await readPassword(passwordFile, clusterDir);
    log('Creating the database (once) …');
    await removeUnfinished(dataDir);
    const password = await ensurePassword(passwordFile, dataDir);
    await createCluster(dataDir, clusterDir, password, binaries, account);
    return password;
  } catch (error) {
    throw explainFileError(error, dataDir);
  }
}

async function isCluster(clusterDir: string, major: number): Promise<boolean> {
  const entries = await readdir(clusterDir).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  if (entries.length === 0) return false;
  if (!entries.includes('PG_VERSION')) {
    throw new KhabarError('postgres-version', `${clusterDir} holds no Postgres database: move that folder away`);
  }
  const found = (await readFile(join(clusterDir, 'PG_VERSION'), 'utf8')).trim();
  if (found === String(major)) return true;
  throw new KhabarError(
    'postgres-version',
    `The database in ${clusterDir} is of Postgres ${found}, this Khabar brings ${major}: start the Khabar that made it, or move that folder away to begin anew`,
  );
}

async function readPassword(file: string, clusterDir: string): Promise<string> {
  const password = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  if (password.trim() !== '') return password.trim();
  throw new KhabarError(
    'postgres-password',
    `The password of the database in ${clusterDir} is missing: restore ${file}, or move that folder away to begin anew`,
  );
}

/** Two starts at once end up with one password: it appears whole or not at all, and the first one stays. */
async function ensurePassword(file: string, dataDir: string): Promise<string> {
  const existing = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (existing !== '') return existing;
  await rm(file, { force: true });
  const draft = join(dataDir, `.initdb-${process.pid}-password`);
  await writeFile(draft, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 });
  await giveToOwnerOf(dataDir, draft);
  try {
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return (await readFile(file, 'utf8')).trim();
}

async function createCluster(
  dataDir: string,
  clusterDir: string,
  password: string,
  { initdb }: PostgresBinaries,
  { owner, through }: PostgresAccount,
): Promise<void> {
  const aside = await mkdtemp(join(dataDir, `.initdb-${process.pid}-`));
  try {
    const passwordCopy = join(aside, 'password');
    await writeFile(passwordCopy, `${password}\n`, { mode: 0o600 });
    if (owner) await Promise.all([aside, passwordCopy].map((path) => chown(path, owner.uid, owner.gid)));
    const made = join(aside, 'cluster');
    const [command, ...args] = [
      ...through,
      initdb,
      ...['-D', made, '-U', POSTGRES_NAME, '-E', 'UTF8', '--auth=scram-sha-256', `--pwfile=${passwordCopy}`],
      // the same order of text on every system
      ...['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'],
      ...['-c', `shared_buffers=${sharedBuffersMb(availableBytes())}MB`],
      // flushing to the disk is most of its time; a power cut in these seconds costs a database that is still empty
      '--no-sync',
    ];
    await run(command!, args, { ...owner, cwd: '/', env: POSTGRES_ENVIRONMENT }).catch((error: unknown) => {
      throw explainInitdb(error, dataDir);
    });
    await rename(made, clusterDir).catch(async (error: unknown) => {
      // a second start at the same moment may have been quicker
      if (!(await stat(join(clusterDir, 'PG_VERSION')).catch(() => false))) throw error;
    });
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/**
 * An eighth of the machine's memory for Postgres to keep of what it reads and writes: by default it takes 128 MB of any machine, which the
 * indexes of a million articles do not fit in. Of much memory most is better left to the system's cache. In MB.
 */
export function sharedBuffersMb(memoryBytes: number): number {
  const eighth = Math.floor(memoryBytes / 8 / 2 ** 20);
  return Math.min(Math.max(eighth, LEAST_SHARED_BUFFERS_MB), MOST_SHARED_BUFFERS_MB);
}

/** Of the machine, or of the container that limits us. */
function availableBytes(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

function explainInitdb(error: unknown, dataDir: string): unknown {
  const { stderr } = error as { stderr?: string };
  if (stderr === undefined) return error;
  if (stderr.includes('No space left on device')) return diskFull('nothing more can be written', dataDir, error);
  const reason = /^initdb: error: (.+)$/m.exec(stderr)?.[1] ?? stderr.trim().split('\n').at(-1);
  return new KhabarError('postgres-failed', `The database in ${dataDir} could not be created: ${reason}`, {
    cause: error,
  });
}

/** Removes what starts and restores that were killed have left. */
export async function removeUnfinished(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    const pid = Number(UNFINISHED.exec(name)?.[1]);
    if (!pid || (pid !== process.pid && isRunning(pid))) continue;
    await rm(join(dataDir, name), { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Root leaves in somebody's data folder nothing that its owner could not use. */
export async function giveToOwnerOf(dataDir: string, file: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(dataDir);
  await chown(file, uid, gid);
}
