import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { KhabarError } from '@khabar/contracts';
import { type ArchivedEvent, lineOf } from './event-line.ts';
import { framesOf } from './frames.ts';

/** Ends of file names; what has another name is no part of the archive. */
export const SUFFIX = '.ndjson.zst';

interface OpenFile {
  readonly path: string;
  readonly handle: FileHandle;
  readonly day: string;
  /** Bytes that are known to be whole and flushed. */
  bytes: number;
}

/**
 * Writes events to a folder: `<day>/<partition>-<first offset>-<random>.ndjson.zst`, the day being that of writing, UTC. Every file has
 * one writer, so several processes may share the folder.
 */
export class ArchiveWriter implements AsyncDisposable {
  readonly #folder: string;
  readonly #files = new Map<number, OpenFile>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes the folder and tries to write in it. @throws KhabarError `archive-unwritable` */
  async check(): Promise<void> {
    const probe = join(this.#folder, `.probe-${randomBytes(6).toString('hex')}`);
    try {
      await mkdir(this.#folder, { recursive: true });
      await (await open(probe, 'wx')).close();
      await unlink(probe);
    } catch (cause) {
      throw unwritable(this.#folder, cause);
    }
  }

  /**
   * Appends events of one partition, in order of offset; resolves with the bytes written when they are flushed. One call at a time for a
   * partition. After a failure nothing is known of these events, and they may be appended again.
   * @throws KhabarError `archive-unwritable`, with `dependency`: the disk is full, or away.
   */
  async append(partition: number, events: readonly Omit<ArchivedEvent, 'partition'>[], now: Date): Promise<number> {
    if (events.length === 0) return 0;
    const day = now.toISOString().slice(0, 10);
    const frames = await framesOf(events.map((event) => lineOf({ partition, ...event })));
    const file = await this.#fileOf(partition, day, events[0]!.offset);
    try {
      await file.handle.appendFile(frames);
      await file.handle.datasync();
    } catch (cause) {
      await this.#abandon(partition, file);
      throw unwritable(file.path, cause);
    }
    file.bytes += frames.length;
    return frames.length;
  }

  /** Closes the files. */
  async close(): Promise<void> {
    const files = [...this.#files.values()];
    this.#files.clear();
    await Promise.all(files.map(({ handle }) => handle.close()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #fileOf(partition: number, day: string, firstOffset: bigint): Promise<OpenFile> {
    const open = this.#files.get(partition);
    if (open?.day === day) return open;
    this.#files.delete(partition);
    try {
      await open?.handle.close();
      const file = await this.#create(partition, day, firstOffset);
      this.#files.set(partition, file);
      return file;
    } catch (cause) {
      throw unwritable(join(this.#folder, day), cause);
    }
  }

  async #create(partition: number, day: string, firstOffset: bigint): Promise<OpenFile> {
    const folder = join(this.#folder, day);
    const isNewDay = (await mkdir(folder, { recursive: true })) !== undefined;
    const name = `${String(partition).padStart(3, '0')}-${String(firstOffset).padStart(12, '0')}-${randomBytes(4).toString('hex')}${SUFFIX}`;
    const path = join(folder, name);
    const handle = await open(path, 'ax');
    try {
      await flushFolder(folder);
      if (isNewDay) await flushFolder(this.#folder);
    } catch (error) {
      await handle.close();
      throw error;
    }
    return { path, handle, day, bytes: 0 };
  }

  /** Half a frame in the middle would hide what is behind it: the file is cut to what is whole, and never written again. */
  async #abandon(partition: number, { path, handle, bytes }: OpenFile): Promise<void> {
    this.#files.delete(partition);
    await handle.truncate(bytes).catch(() => undefined);
    await handle.close().catch(() => undefined);
    if (bytes === 0) await unlink(path).catch(() => undefined);
  }
}

/** A new name is durable once its folder is flushed; Windows, which cannot open one, needs no such thing. */
async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function unwritable(where: string, cause: unknown): KhabarError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new KhabarError('archive-unwritable', `The raw archive cannot be written (${where}): ${reason}`, {
    dependency: true,
    cause,
  });
}
