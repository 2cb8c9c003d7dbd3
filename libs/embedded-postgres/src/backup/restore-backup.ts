import { chown, mkdir, mkdtemp, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { KhabarError } from '@khabar/contracts';
import { explainFileError, openDataFolder } from '../data-folder.ts';
import { choosePostgresAccount } from '../postgres-account.ts';
import { findPostgresBinaries } from '../postgres-binaries.ts';
import { giveToOwnerOf, removeUnfinished } from '../postgres-cluster.ts';
import { isPostmaster, readPostmasterFile } from '../postmaster.ts';
import { BackupFile } from './backup-file.ts';
import { CLUSTER } from './cluster-files.ts';
import type { BackupListener } from './create-backup.ts';
import { flushPath } from './flush-path.ts';
import { type BackedUpFile, type BackupManifest, contentBytes, requireRestorable } from './manifest.ts';

/** What {@link restoreBackup} needs to know. */
export interface RestoreBackupOptions {
  readonly file: string;
  /** The data folder; made when it is missing. */
  readonly dataDir: string;
  /** Moves a database that is there already into a folder beside it; without, there must be none. */
  readonly replace: boolean;
  readonly listener: BackupListener;
  /** Ends it, and leaves the data folder as it was. */
  readonly signal: AbortSignal;
}

/** What came of a restore. */
export interface RestoredBackup {
  readonly manifest: BackupManifest;
  /** Where the database is that was there before: a data folder of its own. Null where there was none. */
  readonly movedTo: string | null;
}

/** Waits of the disk at once. */
const SYNCS_AT_ONCE = 32;

/**
 * Puts a backup into a data folder, for the next start. It is unpacked beside the place where it goes, and goes there when every checksum
 * is right and all is on disk: before that the folder is as it was.
 * @throws KhabarError as {@link BackupFile} and {@link requireRestorable} do, `data-in-use`, `data-not-empty`, `disk-full`,
 *   `data-folder-unusable`, `postgres-missing` or `postgres-account`
 */
export async function restoreBackup(options: RestoreBackupOptions): Promise<RestoredBackup> {
  const { replace, listener, signal } = options;
  await using backup = await BackupFile.open(options.file);
  const { manifest } = backup;
  const binaries = findPostgresBinaries();
  requireRestorable(manifest, binaries.major);
  const bytes = contentBytes(manifest);
  const dataDir = await openDataFolder(options.dataDir, bytes);
  const clusterDir = join(dataDir, CLUSTER);
  const isOccupied = await requireRoom(dataDir, replace);
  const { owner } = await choosePostgresAccount(dataDir, clusterDir, binaries);
  listener.total(bytes);
  try {
    await removeUnfinished(dataDir);
    const aside = await mkdtemp(join(dataDir, `.restore-${process.pid}-`));
    try {
      await unpack(backup, aside, listener, signal);
      if (owner)
        await Promise.all(pathsBelowCluster(manifest).map((path) => chown(join(aside, path), owner.uid, owner.gid)));
      await giveToOwnerOf(dataDir, join(aside, 'password'));
      await requireRoom(dataDir, replace);
      signal.throwIfAborted();
      const movedTo = isOccupied ? await moveAside(dataDir, new Date()) : null;
      // the password first: without a database it only is the one that a new database would get
      await rename(join(aside, 'password'), join(dataDir, 'password'));
      await rename(join(aside, CLUSTER), clusterDir);
      await flushPath(dataDir);
      return { manifest, movedTo };
    } finally {
      await rm(aside, { recursive: true, force: true, maxRetries: 5 });
    }
  } catch (error) {
    signal.throwIfAborted();
    throw explainFileError(error, dataDir);
  }
}

/** Reads a backup from its beginning to its end. @throws KhabarError as {@link BackupFile} */
export async function verifyBackup(
  file: string,
  listener: BackupListener,
  signal: AbortSignal,
): Promise<BackupManifest> {
  await using backup = await BackupFile.open(file);
  listener.total(contentBytes(backup.manifest));
  await backup.read(async ({ path }, content) => {
    for await (const piece of content) listener.done(piece.length, path);
  }, signal);
  return backup.manifest;
}

/** Whether a database is there already. */
async function requireRoom(dataDir: string, replace: boolean): Promise<boolean> {
  const clusterDir = join(dataDir, CLUSTER);
  const claim = await readPostmasterFile(clusterDir);
  if (claim && isPostmaster(claim.pid, clusterDir)) {
    throw new KhabarError(
      'data-in-use',
      `Khabar runs on the data in ${dataDir} (Postgres is process ${claim.pid}): stop it, or name another folder`,
    );
  }
  // a password alone may be that of a database which somebody has moved away
  const isOccupied = (await isThere(clusterDir)) || (await isThere(join(dataDir, 'password')));
  if (isOccupied && !replace) {
    throw new KhabarError(
      'data-not-empty',
      `${dataDir} has a database already, or the password of one: name another folder with --data, or say --replace, which moves it aside`,
    );
  }
  return isOccupied;
}

/** A file, or a folder that is not empty. */
async function isThere(path: string): Promise<boolean> {
  try {
    return (await readdir(path)).length > 0;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTDIR') return true;
    if (code === 'ENOENT') return false;
    throw error;
  }
}

async function unpack(backup: BackupFile, aside: string, listener: BackupListener, signal: AbortSignal): Promise<void> {
  const { folders, files } = backup.manifest;
  for (const folder of folders) await mkdir(join(aside, folder), { mode: 0o700 });
  await backup.read(async ({ path }, content) => {
    const handle = await open(join(aside, path), 'wx', 0o600);
    try {
      for await (const piece of content) {
        await handle.appendFile(piece);
        listener.done(piece.length, path);
      }
    } finally {
      await handle.close();
    }
  }, signal);
  const written = [...files.map(({ path }) => path), ...folders];
  for (let at = 0; at < written.length; at += SYNCS_AT_ONCE) {
    signal.throwIfAborted();
    await Promise.all(written.slice(at, at + SYNCS_AT_ONCE).map((path) => flushPath(join(aside, path))));
  }
}

function pathsBelowCluster({ folders, files }: BackupManifest): string[] {
  const below = ({ path }: BackedUpFile) => path.startsWith(`${CLUSTER}/`);
  return [...folders, ...files.filter(below).map(({ path }) => path)];
}

/** Into a folder that can be started from, by `KHABAR_DATA`. */
async function moveAside(dataDir: string, now: Date): Promise<string> {
  const stamp = now.toISOString().replace(/[-:]|\.\d+/g, '');
  const movedTo = join(dataDir, `before-restore-${stamp}`);
  await mkdir(movedTo); // of the usual mode: who runs Postgres must get in
  await giveToOwnerOf(dataDir, movedTo);
  for (const name of [CLUSTER, 'password']) {
    await rename(join(dataDir, name), join(movedTo, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
  return movedTo;
}
