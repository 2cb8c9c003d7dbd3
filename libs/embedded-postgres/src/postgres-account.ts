import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { KhabarError } from '@khabar/contracts';
import type { PostgresBinaries } from './postgres-binaries.ts';

/** As whom Postgres runs: it refuses to be root. */
export interface PostgresAccount {
  /** The user and group to become, where we are root and they are not. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** The command that a program is started through, where root only appears to be somebody else. */
  readonly through: readonly string[];
}

const run = promisify(execFile);

/** A user namespace in which our root is called `nobody`: files stay root's, and root's private folders stay open. */
const UNSHARE = ['unshare', '--user', '--map-user=65534', '--map-group=65534', '--'];

/**
 * Decides as whom Postgres runs. An ordinary user runs it as itself. For root it is the owner of the cluster or of the
 * data folder, else the user `postgres` or `nobody`; where that user reaches neither data nor programs (as below
 * /root), a user namespace.
 * @throws KhabarError `postgres-account` where the data are somebody else's, or root finds no way
 */
export async function choosePostgresAccount(
  dataDir: string,
  clusterDir: string,
  binaries: PostgresBinaries,
): Promise<PostgresAccount> {
  const me = process.getuid?.();
  const cluster = await stat(clusterDir).catch(() => undefined);
  if (me !== 0) {
    if (cluster && cluster.uid !== me) {
      throw refused(`The database in ${clusterDir} belongs to user ${cluster.uid}: start Khabar as that user`);
    }
    return { through: [] };
  }

  const owner = cluster ?? (await ordinaryOwner(dataDir)) ?? (await systemUser());
  if (owner && owner.uid !== 0) {
    const { uid, gid } = owner;
    if (await reaches({ uid, gid }, dataDir, binaries)) return { owner: { uid, gid }, through: [] };
  }
  const rootsOwn = !cluster || cluster.uid === 0;
  if (rootsOwn && (await runs([...UNSHARE, binaries.postgres, '--version']))) return { through: UNSHARE };
  throw refused(
    `Postgres does not run as root, and no other user can use it in ${dataDir}: start Khabar as an ordinary user`,
  );
}

async function ordinaryOwner(dataDir: string): Promise<{ uid: number; gid: number } | undefined> {
  const { uid, gid } = await stat(dataDir);
  return uid === 0 ? undefined : { uid, gid };
}

/** The user `postgres` or else `nobody` of passwd(5): name, password, uid, gid … */
async function systemUser(): Promise<{ uid: number; gid: number } | undefined> {
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  for (const name of ['postgres', 'nobody']) {
    const entry = new RegExp(`^${name}:[^:]*:(\\d+):(\\d+):`, 'm').exec(passwd);
    if (entry) return { uid: Number(entry[1]), gid: Number(entry[2]) };
  }
  return undefined;
}

/** Tried rather than computed from modes, which leave out access lists and mount options. */
function reaches(owner: { uid: number; gid: number }, dataDir: string, { postgres }: PostgresBinaries) {
  return runs(['/bin/sh', '-c', 'cd -- "$1" && exec "$2" --version', 'sh', dataDir, postgres], owner);
}

async function runs([file, ...args]: string[], owner = {}): Promise<boolean> {
  try {
    await run(file!, args, { ...owner, cwd: '/' });
    return true;
  } catch {
    return false;
  }
}

function refused(message: string): KhabarError {
  return new KhabarError('postgres-account', `${message}, or set DATABASE_URL to a Postgres server`);
}
