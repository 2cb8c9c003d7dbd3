import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { KhabarError } from '@khabar/contracts';
import { isBackupPath } from './manifest.ts';

/** The cluster's folder in a data folder, and in a backup. */
export const CLUSTER = 'postgres';
/** To be copied last: what it says must be no older than any page. */
const CONTROL_FILE = `${CLUSTER}/global/pg_control`;

/** What of a cluster goes into a backup, by their paths below the data folder. */
export interface ClusterFiles {
  /** Those above first. */
  readonly folders: readonly string[];
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
}

/**
 * Folders that go empty into a backup, and names that do not: "Backing Up The Data Directory" in Postgres's chapter on continuous
 * archiving. They belong to the running server, are made anew at its start, or (write-ahead log) are copied at the end.
 */
const EMPTIED = ['pg_dynshmem', 'pg_notify', 'pg_replslot', 'pg_serial', 'pg_snapshots', 'pg_stat_tmp', 'pg_subtrans'];
const LEFT_OUT =
  /^(?:postmaster\.(?:pid|opts)|backup_label(?:\.old)?|tablespace_map(?:\.old)?|backup_manifest|pg_internal\.init.*|pgsql_tmp.*|t\d+_\d+.*|.*\.tmp)$/;

/**
 * Lists a cluster that may be at work: what comes or goes meanwhile is told by its write-ahead log.
 * @throws KhabarError `backup-unsupported` for links, which are how tablespaces and a log elsewhere look
 */
export async function listCluster(dataDir: string): Promise<ClusterFiles> {
  const folders = [CLUSTER];
  const files: { path: string; bytes: number }[] = [];
  for (let at = 0; at < folders.length; at++) {
    const folder = folders[at]!;
    if (isEmptied(folder)) continue;
    for (const entry of await orGone(readdir(join(dataDir, folder), { withFileTypes: true }), [])) {
      const path = `${folder}/${entry.name}`;
      if (LEFT_OUT.test(entry.name) || !isBackupPath(path)) continue;
      if (entry.isSymbolicLink()) throw linked(join(dataDir, path));
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isFile()) files.push({ path, bytes: (await orGone(stat(join(dataDir, path)), null))?.size ?? 0 });
    }
  }
  return {
    folders,
    files: files.toSorted((a, b) => Number(a.path === CONTROL_FILE) - Number(b.path === CONTROL_FILE)),
  };
}

function isEmptied(folder: string): boolean {
  return folder === `${CLUSTER}/pg_wal` || EMPTIED.some((name) => folder === `${CLUSTER}/${name}`);
}

async function orGone<T, G>(found: Promise<T>, gone: G): Promise<T | G> {
  try {
    return await found;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return gone;
    throw error;
  }
}

function linked(path: string): KhabarError {
  return new KhabarError(
    'backup-unsupported',
    `${path} is a link, and what is elsewhere would not be in the backup: use pg_dump (docs/operators/backup.md)`,
  );
}

/**
 * The names of all segments of the write-ahead log from the first to the last, both included: eight hex digits each of timeline, and of
 * the segment's number in two halves, of which the lower counts the segments of 4 GiB.
 */
export function segmentNames(first: string, last: string, segmentBytes: number): string[] {
  const perHigh = BigInt(2 ** 32 / segmentBytes);
  const numberOf = (name: string) => BigInt(`0x${name.slice(8, 16)}`) * perHigh + BigInt(`0x${name.slice(16)}`);
  const hex = (value: bigint) => value.toString(16).toUpperCase().padStart(8, '0');
  const names: string[] = [];
  for (let number = numberOf(first); number <= numberOf(last); number++) {
    names.push(`${first.slice(0, 8)}${hex(number / perHigh)}${hex(number % perHigh)}`);
  }
  return names;
}
