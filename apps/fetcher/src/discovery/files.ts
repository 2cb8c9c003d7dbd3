import type { BigIntStats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { KhabarError, encodeBody, rawArticleIdOfFile } from '@khabar/contracts';
import type { AnnouncedForm } from '../frontier/announced.ts';
import type { Source } from '../sources/source.entity.ts';
import { mediaTypeOfFile } from './file-names.ts';
import { type FileContent, readWhole } from './file-content.ts';
import { type Discovery, type Finding, headOf, rawFinding, rejectedFinding } from './finding.ts';

/** How files are read. */
export interface FileSettings {
  /** Of one file, in bytes; a larger one is rejected. */
  readonly maxBytes: number;
  /** How long a file must have been left alone before it is read, in milliseconds. */
  readonly settleMs: number;
}

/** What is looked at in one poll. */
export interface FilesToRead {
  /** Absolute, links resolved. */
  readonly folder: string;
  /** Relative to the folder, with `/` between; tells of folders that cannot be read. */
  readonly paths: (unreadable: (path: string) => void) => AsyncIterable<string> | Iterable<string>;
}

const PATHS_AT_ONCE = 200;
/** Files that are being written and that one poll waits for; the others it leaves to the next. */
const MOST_UNSETTLED = 1_000;
const BATCH_FINDINGS = 100;
const BATCH_BYTES = 4 * 1024 * 1024;

/**
 * Reads files that are new or have changed since they were announced. What decides is the content; size and times only spare the
 * reading. A file that is being written is looked at once more at the end, and else left for the next poll.
 */
export async function* discoverFiles(
  source: Pick<Source, 'id'>,
  { folder, paths }: FilesToRead,
  settings: FileSettings,
  known: (ids: readonly string[]) => Promise<ReadonlyMap<string, AnnouncedForm>>,
  signal: AbortSignal,
): Discovery {
  const unsettled = new Map<string, string>();
  const unreadable = { first: '', count: 0 };
  let isCrowded = false;
  const batch = new Batch();
  const tellUnreadable = (path: string) => {
    if (unreadable.count === 0) unreadable.first = path;
    unreadable.count += 1;
  };

  async function* look(group: readonly string[]): AsyncGenerator<Finding[]> {
    const ids = group.map((path) => rawArticleIdOfFile(source.id, path));
    const forms = await known(ids);
    for (const [at, path] of group.entries()) {
      if (signal.aborted) throw new KhabarError('stopping', 'The service stops', { retriable: true });
      const id = ids[at]!;
      const found = await examine(join(folder, path), forms.get(id)?.fileStamp, unsettled.get(path), settings);
      if (found === 'unreadable') tellUnreadable(path);
      else if (found === null || 'content' in found) unsettled.delete(path);
      else if (unsettled.size < MOST_UNSETTLED || unsettled.has(path)) unsettled.set(path, found.writtenAs);
      else isCrowded = true;
      if (found === null || found === 'unreadable' || !('content' in found)) continue;
      batch.add(findingOf(source.id, id, path, found, forms.get(id), settings), found.content.bytes?.length ?? 0);
      if (batch.isFull) yield batch.take();
    }
  }

  for await (const group of groupsOf(paths(tellUnreadable))) yield* look(group);
  if (unsettled.size > 0) {
    await pause(settings.settleMs, signal);
    for await (const group of groupsOf([...unsettled.keys()])) yield* look(group);
  }
  if (!batch.isEmpty) yield batch.take();

  if (unreadable.count > 0) {
    const others = unreadable.count === 1 ? '' : ` and ${unreadable.count - 1} more`;
    const reason = new KhabarError('unreadable-file', `${unreadable.first}${others} cannot be read`, {
      retriable: true,
    });
    return { kind: 'failed', status: null, retryAfterMs: null, reason };
  }
  return {
    ...nothingSaid,
    unchanged: batch.taken === 0,
    unsettled: unsettled.size > 0 || isCrowded,
  };
}

/** Files have neither status nor validators, nor a word about themselves. */
const nothingSaid = {
  kind: 'read',
  status: null,
  etag: null,
  lastModified: null,
  movedTo: null,
  title: null,
  siteUrl: null,
} as const;

/** A file that has changed, as it is now. */
interface ChangedFile {
  readonly stamp: string;
  readonly content: FileContent;
}

/** Null for what is no file (any more) or has not changed; the stamp of a file that is being written, to compare with next time. */
async function examine(
  path: string,
  knownStamp: string | null | undefined,
  seenBefore: string | undefined,
  { maxBytes, settleMs }: FileSettings,
): Promise<ChangedFile | { readonly writtenAs: string } | 'unreadable' | null> {
  try {
    const stats = await lstat(path, { bigint: true });
    if (!stats.isFile()) return null;
    const stamp = stampOf(stats);
    if (stamp === knownStamp) return null;
    if (Date.now() - Number(stats.mtimeMs) < settleMs && stamp !== seenBefore) return { writtenAs: stamp };
    const { content, stats: after } = await readWhole(path, maxBytes);
    return stampOf(after) === stamp ? { stamp, content } : { writtenAs: stampOf(after) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return null;
    // What this process or machine has run out of is no fault of the file.
    if (typeof code !== 'string' || /^E(?:MFILE|NFILE|NOMEM)$/.test(code)) throw error;
    return 'unreadable';
  }
}

/** Equal for a file that nobody touched. */
function stampOf({ size, mtimeNs, ctimeNs, ino }: BigIntStats): string {
  return `${size}:${mtimeNs}:${ctimeNs}:${ino}`;
}

function findingOf(
  sourceId: string,
  id: string,
  path: string,
  { stamp, content }: ChangedFile,
  known: AnnouncedForm | undefined,
  { maxBytes }: FileSettings,
): Finding {
  const form = { id, contentHash: content.sha256, fileStamp: stamp };
  if (known?.contentHash === content.sha256) return { ...form, announcement: null };
  const fetchedAt = new Date().toISOString();
  const { bytes, size, sha256, head } = content;
  if (bytes === null || size === 0) {
    const reason =
      size === 0
        ? new KhabarError('empty-file', `${path} is empty`)
        : new KhabarError('too-large', `${path} has ${size} bytes, more than FETCH_MAX_BYTES (${maxBytes})`);
    const rejected = { sourceId, url: null, path, fetchedAt, bytes: size, sha256, head: headOf(head) };
    return rejectedFinding(form, rejected, reason);
  }
  return rawFinding(
    {
      ...{ id, sourceId, path, fetchedAt, url: null, http: null, entry: null, charset: null },
      mediaType: mediaTypeOfFile(path),
      ...encodeBody(bytes),
      contentHash: sha256,
    },
    { fileStamp: stamp },
  );
}

/** Findings on their way to the bus, bounded in number and bytes. */
class Batch {
  #findings: Finding[] = [];
  #bytes = 0;
  /** Announcements that went out, over all batches. */
  taken = 0;

  add(finding: Finding, bytes: number): void {
    this.#findings.push(finding);
    this.#bytes += bytes;
  }

  get isFull(): boolean {
    return this.#findings.length >= BATCH_FINDINGS || this.#bytes >= BATCH_BYTES;
  }

  get isEmpty(): boolean {
    return this.#findings.length === 0;
  }

  take(): Finding[] {
    const findings = this.#findings;
    this.#findings = [];
    this.#bytes = 0;
    this.taken += findings.filter(({ announcement }) => announcement !== null).length;
    return findings;
  }
}

async function* groupsOf(paths: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string[]> {
  let group: string[] = [];
  for await (const path of paths) {
    group.push(path);
    if (group.length < PATHS_AT_ONCE) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await setTimeout(ms, undefined, { signal });
  } catch (cause) {
    throw new KhabarError('stopping', 'The service stops', { retriable: true, cause });
  }
}
