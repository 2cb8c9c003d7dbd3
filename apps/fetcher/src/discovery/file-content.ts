import { createHash } from 'node:crypto';
import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { REJECTED_INPUT_HEAD_BYTES } from '@khabar/contracts';

/** What is in a file. */
export interface FileContent {
  readonly size: number;
  readonly sha256: string;
  /** The first 64 KiB. */
  readonly head: Buffer;
  /** All of it; null where it is larger than asked for. */
  readonly bytes: Buffer | null;
}

const CHUNK_BYTES = 256 * 1024;

/**
 * Reads a file to its end, keeping no more than `maxBytes` of it, and says how it stood then. A symbolic link is not followed (ELOOP).
 */
export async function readWhole(path: string, maxBytes: number): Promise<{ content: FileContent; stats: BigIntStats }> {
  // Windows has neither flag; without O_NONBLOCK the opening of a pipe would wait for its writer.
  const handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  try {
    const content = await read(handle, maxBytes);
    return { content, stats: await handle.stat({ bigint: true }) };
  } finally {
    await handle.close();
  }
}

async function read(handle: FileHandle, maxBytes: number): Promise<FileContent> {
  const hash = createHash('sha256');
  const kept: Buffer[] = [];
  let keptBytes = 0;
  let size = 0;
  for (;;) {
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, null);
    if (bytesRead === 0) break;
    const chunk = buffer.subarray(0, bytesRead);
    hash.update(chunk);
    size += bytesRead;
    if (keptBytes < Math.max(REJECTED_INPUT_HEAD_BYTES, maxBytes)) {
      kept.push(chunk);
      keptBytes += bytesRead;
    }
  }
  const beginning = Buffer.concat(kept);
  return {
    size,
    sha256: hash.digest('hex'),
    head: beginning.subarray(0, REJECTED_INPUT_HEAD_BYTES),
    bytes: size <= maxBytes ? beginning : null,
  };
}
