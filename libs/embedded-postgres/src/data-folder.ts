import { access, constants, mkdir, realpath, statfs } from 'node:fs/promises';
import { KhabarError } from '@khabar/contracts';

/** A new cluster takes 40 MB, and Postgres stops in the middle of its work when its disk is full. */
const LEAST_FREE_BYTES = 200_000_000;

/**
 * Makes the data folder when it is missing, and returns its path with every link resolved; there is room for so many bytes, and for
 * Postgres to work in besides.
 * @throws KhabarError `data-folder-unusable` or `disk-full`
 */
export async function openDataFolder(dataDir: string, roomForBytes = 0): Promise<string> {
  try {
    await makeFolder(dataDir);
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
    const { bavail, blocks, bsize } = await statfs(dataDir);
    // some network and container file systems do not tell their size at all
    if (blocks > 0) requireSpace(bavail * bsize, dataDir, roomForBytes);
    return await realpath(dataDir);
  } catch (error) {
    throw explainFileError(error, dataDir);
  }
}

async function makeFolder(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true });
  } catch (error) {
    // Node says so of a read-only file system, too
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw notWritable(dataDir, error);
    throw error;
  }
}

/** @throws KhabarError `disk-full` when so few bytes are not enough to work with, once there are `moreBytes` of data */
export function requireSpace(freeBytes: number, dataDir: string, moreBytes = 0): void {
  const leastBytes = LEAST_FREE_BYTES + moreBytes;
  if (freeBytes >= leastBytes) return;
  const [free, least] = [freeBytes, leastBytes].map((bytes) => Math.floor(bytes / 1_000_000));
  throw diskFull(`only ${free} MB are free, at least ${least} MB are needed`, dataDir);
}

/** The error for a disk that has no room left, with what to do about it. */
export function diskFull(fact: string, dataDir: string, cause?: unknown): KhabarError {
  const message = `The disk of the data folder ${dataDir} is full (${fact}): free some space, or set KHABAR_DATA to a folder on another disk`;
  return new KhabarError('disk-full', message, { cause });
}

/** What the file system refused, as one line that says what to do. An error that says so already passes unchanged. */
export function explainFileError(error: unknown, dataDir: string): unknown {
  if (error instanceof KhabarError) return error;
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return diskFull('nothing more can be written', dataDir, error);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return notWritable(dataDir, error);
    case 'ENOTDIR':
    case 'EEXIST':
      return new KhabarError(
        'data-folder-unusable',
        `The data folder ${dataDir} is not a folder: move that file away, or set KHABAR_DATA to a folder`,
        { cause: error },
      );
    default:
      return error;
  }
}

function notWritable(dataDir: string, cause: unknown): KhabarError {
  const message = `The data folder ${dataDir} cannot be written by this user: give it to this user (chown), or set KHABAR_DATA to another folder`;
  return new KhabarError('data-folder-unusable', message, { cause });
}
