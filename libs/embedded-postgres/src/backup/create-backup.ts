import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { KhabarError } from '@khabar/contracts';
import { refuseExisting, writeBackupFile } from './backup-file.ts';
import { CLUSTER, listCluster, segmentNames } from './cluster-files.ts';
import { BACKUP_FORMAT, type BackedUpFile, type BackupManifest } from './manifest.ts';
import { type OnlineBackup, beginOnlineBackup } from './online-backup.ts';
import { TAR_END, tarHeader, tarPadding } from './tar-header.ts';

/** Hears how far a backup, its check or a restore is. */
export interface BackupListener {
  /** So many bytes there will be; of a backup that runs, a few more when much is written meanwhile. */
  total(bytes: number): void;
  /** So many more are done, of this file. */
  done(bytes: number, path: string): void;
}

/** What {@link createBackup} needs to know. */
export interface CreateBackupOptions {
  readonly dataDir: string;
  /** The address of the Postgres that runs there, as its superuser. */
  readonly databaseUrl: string;
  /** The file to make. */
  readonly file: string;
  readonly khabarVersion: string;
  readonly listener: BackupListener;
  /** Ends it, and leaves nothing. */
  readonly signal: AbortSignal;
}

const READ_BYTES = 256 * 1024;

/**
 * Copies the embedded Postgres and its password into one file while it works. The copy is as the database was at one moment, close
 * before the end of this.
 * @throws KhabarError `file-exists`, `unwritable-file`, `database-unreachable`, `data-unreadable`, `backup-unsupported` or `backup-failed`
 */
export async function createBackup(options: CreateBackupOptions): Promise<BackupManifest> {
  const { dataDir, databaseUrl, file, khabarVersion, listener, signal } = options;
  await refuseExisting(file); // and not only when Postgres has begun
  const startedAt = new Date();
  await using online = await beginOnlineBackup(databaseUrl, join(dataDir, CLUSTER), signal);
  const { folders, files } = await listCluster(dataDir).catch((error: unknown) => explain(error));
  listener.total(files.reduce((sum, { bytes }) => sum + bytes, 0));

  const archive = new Archive(dataDir, startedAt, listener);
  let ended: Pick<BackupManifest, 'schemas' | 'endedAt'> | undefined;
  const manifest = (): BackupManifest => ({
    format: BACKUP_FORMAT,
    khabarVersion,
    postgresMajor: online.postgresMajor,
    systemIdentifier: online.systemIdentifier,
    startedAt: startedAt.toISOString(),
    ...ended!,
    folders: [...folders],
    files: archive.files,
  });
  async function* everything(): AsyncGenerator<Buffer, void, undefined> {
    for (const folder of folders) yield tarHeader('folder', folder, 0, startedAt);
    // what is gone by now its log tells of
    for (const { path } of files) yield* archive.fileIfThere(path);
    ended = yield* theEnd(archive, online);
    yield TAR_END;
  }
  await writeBackupFile(file, { archive: everything(), manifest }, signal).catch((error: unknown) => explain(error));
  return manifest();
}

/** What has to be copied after all else: the label, and the log from the start of the backup to its end. */
async function* theEnd(
  archive: Archive,
  online: OnlineBackup,
): AsyncGenerator<Buffer, Pick<BackupManifest, 'schemas' | 'endedAt'>, undefined> {
  yield* archive.fileIfThere('password');
  const endedAt = new Date().toISOString(); // before: it promises all until then
  const { label, firstSegment, lastSegment, segmentBytes, schemas } = await online.end();
  yield* archive.text(`${CLUSTER}/backup_label`, label);
  for (const segment of segmentNames(firstSegment, lastSegment, segmentBytes)) {
    const path = `${CLUSTER}/pg_wal/${segment}`;
    const before = archive.files.length;
    yield* archive.fileIfThere(path);
    if (archive.files.length === before) {
      throw new KhabarError('backup-failed', `Postgres no longer has ${path}, of which the backup has need: try again`);
    }
  }
  return { schemas: { ...schemas }, endedAt };
}

/** Makes the pieces of a tar archive and notes which files are in it. */
class Archive {
  readonly files: BackedUpFile[] = [];
  readonly #dataDir: string;
  readonly #changedAt: Date;
  readonly #listener: BackupListener;

  constructor(dataDir: string, changedAt: Date, listener: BackupListener) {
    this.#dataDir = dataDir;
    this.#changedAt = changedAt;
    this.#listener = listener;
  }

  async *text(path: string, text: string): AsyncGenerator<Buffer, void, undefined> {
    const bytes = Buffer.from(text);
    yield* this.#file(path, bytes.length, [bytes]);
  }

  /** Copies a file, or nothing where there is none. */
  async *fileIfThere(path: string): AsyncGenerator<Buffer, void, undefined> {
    const handle = await open(join(this.#dataDir, path), 'r').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (handle === null) return;
    try {
      const { size } = await handle.stat();
      yield* this.#file(path, size, contentOf(handle, size));
    } finally {
      await handle.close();
    }
  }

  async *#file(path: string, bytes: number, content: AsyncIterable<Buffer> | Iterable<Buffer>) {
    yield tarHeader('file', path, bytes, this.#changedAt);
    const hash = createHash('sha256');
    for await (const piece of content) {
      hash.update(piece);
      yield piece;
      this.#listener.done(piece.length, path);
    }
    yield tarPadding(bytes);
    this.files.push({ path, bytes, sha256: hash.digest('hex') });
  }
}

/** Exactly so many bytes: what is written behind them is in the log, and what is missing because the file was cut is there as zeros until the log cuts it again. */
async function* contentOf(handle: FileHandle, size: number): AsyncGenerator<Buffer, void, undefined> {
  for (let at = 0; at < size;) {
    const piece = Buffer.alloc(Math.min(READ_BYTES, size - at)); // each of its own: the one before may still be being compressed
    const { bytesRead } = await handle.read(piece, 0, piece.length, at);
    yield piece.subarray(0, bytesRead === 0 ? piece.length : bytesRead);
    at += bytesRead === 0 ? piece.length : bytesRead;
  }
}

function explain(error: unknown): never {
  const { code, path } = error as NodeJS.ErrnoException;
  if (code !== 'EACCES' && code !== 'EPERM') throw error;
  throw new KhabarError('data-unreadable', `${path} may not be read by this user: run as the one that ran npm start`, {
    cause: error,
  });
}
