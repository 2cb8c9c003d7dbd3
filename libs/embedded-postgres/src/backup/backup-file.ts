import { createHash } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib';
import { KhabarError } from '@khabar/contracts';
import { ByteReader } from './byte-reader.ts';
import { flushPath } from './flush-path.ts';
import { type BackedUpFile, type BackupManifest, damaged, parseManifest } from './manifest.ts';
import { TAR_END, tarHeader, tarPadding } from './tar-header.ts';

/*
 * A backup is one file of three parts: HEAD, a tar archive as one zstd frame, TAIL. HEAD and TAIL are skippable frames (RFC 8878, 3.1.2),
 * which every zstd tool passes over, so that `zstd -dc FILE | tar -x` needs nothing of ours.
 *
 *   HEAD  frame head (magic number and length, 4 bytes each, little-endian), MARK
 *   TAIL  frame head, manifest as JSON, its SHA-256 (32 bytes), its length (4), MARK
 *
 * The manifest is known only when all files have been read, and asked for before any is: from the end of the file it is found at once.
 */
const SKIPPABLE = 0x184d2a5b;
const FRAME_HEAD_BYTES = 8;
const MARK = Buffer.from('khabarbk', 'latin1');
const HEAD = Buffer.concat([frameHead(MARK.length), MARK]);
const TAIL_END_BYTES = 32 + 4 + MARK.length;

const READ_BYTES = 256 * 1024;
/** Level 3 is as fast as the files are read. */
const COMPRESSION = { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 };

/** The archive of a backup in the order of its manifest, which is complete when the last piece has been taken. */
export interface BackupSource {
  readonly archive: AsyncIterable<Buffer>;
  /** To be asked for when `archive` has ended. */
  readonly manifest: () => BackupManifest;
}

/**
 * Writes a backup. It grows as `FILE.part`, for the eyes of this user alone, and has its name when it is whole and on disk; whatever ends
 * this before leaves nothing, and only a kill the part.
 * @throws KhabarError `file-exists` or `unwritable-file`, and what `source` throws
 */
export async function writeBackupFile(path: string, source: BackupSource, signal: AbortSignal): Promise<void> {
  const part = `${path}.part`;
  await refuseExisting(path);
  const handle = await open(part, 'wx', 0o600).catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw unwritable(path, cause);
    throw new KhabarError(
      'file-exists',
      `${part} is there: another backup writes it, or one was killed; remove it, or name another file`,
    );
  });
  try {
    const write = (bytes: Buffer) =>
      handle.appendFile(bytes).catch((cause: unknown) => {
        throw unwritable(path, cause);
      });
    await write(HEAD);
    await pipeline(
      source.archive,
      createZstdCompress({ params: COMPRESSION }),
      async (compressed: AsyncIterable<Buffer>) => {
        for await (const bytes of compressed) await write(bytes);
      },
      { signal },
    );
    await write(tailOf(source.manifest()));
    await handle.sync();
    await handle.close();
    await refuseExisting(path);
    await rename(part, path);
    await flushPath(dirname(path)); // a new name is durable when its folder is
  } catch (error) {
    await handle.close();
    await rm(part, { force: true });
    throw error;
  }
}

/** A backup that can be read: of ours, whole to its end, of a format that this program knows. What its files hold is checked by {@link BackupFile.read}. */
export class BackupFile implements AsyncDisposable {
  readonly manifest: BackupManifest;
  readonly #path: string;
  readonly #handle: FileHandle;
  /** Where the tail begins. */
  readonly #end: number;

  private constructor(path: string, handle: FileHandle, manifest: BackupManifest, end: number) {
    this.#path = path;
    this.#handle = handle;
    this.manifest = manifest;
    this.#end = end;
  }

  /** @throws KhabarError `unreadable-file`, `backup-foreign`, `backup-damaged` or `backup-too-new` */
  static async open(path: string): Promise<BackupFile> {
    const handle = await open(path, 'r').catch((cause: unknown) => {
      throw unreadable(path, cause);
    });
    try {
      const { manifest, start } = await readTail(handle, path);
      return new BackupFile(path, handle, manifest, start);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /**
   * Gives one file after the other to `take`, which is to read it to its end. What it was given is known to be right only when this
   * resolves.
   * @throws KhabarError `backup-damaged`, and what `take` throws
   */
  async read(
    take: (file: BackedUpFile, content: AsyncIterable<Buffer>) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const { folders, files, startedAt } = this.manifest;
    const changedAt = new Date(startedAt);
    await pipeline(
      this.#handle.createReadStream({
        start: HEAD.length,
        end: this.#end - 1,
        autoClose: false,
        highWaterMark: READ_BYTES,
      }),
      createZstdDecompress(),
      async (source: AsyncIterable<Buffer>) => {
        const archive = new ByteReader(source, () => damaged(this.#path, 'its archive is of another length'));
        // Which header must come is known: whatever else comes is damage, and there is nothing to be understood.
        const expect = async (bytes: Buffer, what: string) => {
          if (!(await archive.exactly(bytes.length)).equals(bytes)) {
            throw damaged(this.#path, `${what} is not where its manifest has it`);
          }
        };
        for (const folder of folders) await expect(tarHeader('folder', folder, 0, changedAt), folder);
        for (const file of files) {
          await expect(tarHeader('file', file.path, file.bytes, changedAt), file.path);
          const hash = createHash('sha256');
          await take(file, archive.next(file.bytes, hash));
          if (hash.digest('hex') !== file.sha256) throw damaged(this.#path, `the checksum of ${file.path} is another`);
          await expect(tarPadding(file.bytes), `the end of ${file.path}`);
        }
        await expect(TAR_END, 'the end');
        await archive.end();
      },
      { signal },
    ).catch((error: NodeJS.ErrnoException) => {
      if (!error.code?.startsWith('Z')) throw error;
      throw damaged(this.#path, 'it cannot be decompressed', error); // ZSTD_error_…, or Z_BUF_ERROR where it ends too early
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}

function frameHead(length: number): Buffer {
  const head = Buffer.alloc(FRAME_HEAD_BYTES);
  head.writeUInt32LE(SKIPPABLE, 0);
  head.writeUInt32LE(length, 4);
  return head;
}

function tailOf(manifest: BackupManifest): Buffer {
  const json = Buffer.from(JSON.stringify(manifest));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  return Buffer.concat([frameHead(json.length + TAIL_END_BYTES), json, sha256Of(json), length, MARK]);
}

async function readTail(handle: FileHandle, path: string): Promise<{ manifest: BackupManifest; start: number }> {
  const readAt = async (position: number, length: number) => {
    const { bytesRead, buffer } = await handle
      .read(Buffer.alloc(length), 0, length, position)
      .catch((cause: unknown) => {
        throw unreadable(path, cause);
      });
    return buffer.subarray(0, bytesRead);
  };
  if (!(await readAt(0, HEAD.length)).equals(HEAD)) {
    throw new KhabarError('backup-foreign', `${path} is not a backup that khabar backup made`);
  }
  const { size } = await handle.stat();
  const cutShort = () => damaged(path, 'its end is missing or altered');
  const end = await readAt(Math.max(0, size - TAIL_END_BYTES), TAIL_END_BYTES);
  if (end.length < TAIL_END_BYTES || !end.subarray(-MARK.length).equals(MARK)) throw cutShort();
  const length = end.readUInt32LE(32);
  const start = size - TAIL_END_BYTES - length - FRAME_HEAD_BYTES;
  if (start <= HEAD.length) throw cutShort();
  const head = await readAt(start, FRAME_HEAD_BYTES);
  const json = await readAt(start + FRAME_HEAD_BYTES, length);
  if (!head.equals(frameHead(length + TAIL_END_BYTES)) || !sha256Of(json).equals(end.subarray(0, 32))) throw cutShort();
  return { manifest: parseManifest(json.toString('utf8'), path), start };
}

function sha256Of(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/** @throws KhabarError `file-exists` where there is such a file */
export async function refuseExisting(path: string): Promise<void> {
  const existing = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw unwritable(path, error);
  });
  if (existing === null) return;
  await existing.close();
  throw new KhabarError('file-exists', `${path} is there already: move it away, or name another file`);
}

function unwritable(path: string, cause: unknown): KhabarError {
  return new KhabarError('unwritable-file', `Cannot write ${path}: ${(cause as Error).message}`, { cause });
}

function unreadable(path: string, cause: unknown): KhabarError {
  return new KhabarError('unreadable-file', `Cannot read ${path}: ${(cause as Error).message}`, { cause });
}
