import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { KhabarError, toKhabarError } from '@khabar/contracts';
import { SUFFIX } from './archive-writer.ts';
import { DAY_NAME } from './day-name.ts';
import { type ArchivedEvent, eventOfLine } from './event-line.ts';
import { readFrames } from './frames.ts';

/** A file of an archive, as far as it went when it was listed. */
export interface ArchiveFile {
  readonly path: string;
  readonly bytes: number;
}

/**
 * The files of an archive as they are now, the oldest day first. `fromDay` (`2026-03-14`) leaves out the days before: an event lies on
 * the day of its writing, which is never before that of its fetch.
 * @throws KhabarError `no-archive` when the folder cannot be read
 */
export async function listArchive(folder: string, fromDay = ''): Promise<ArchiveFile[]> {
  const files: ArchiveFile[] = [];
  for (const day of (await namesIn(folder)).filter((name) => DAY_NAME.test(name) && name >= fromDay).sort()) {
    const names = await readdir(join(folder, day)).catch(noneIfAway);
    for (const name of names.filter((found) => found.endsWith(SUFFIX)).sort()) {
      const path = join(folder, day, name);
      const found = await stat(path).catch(nullIfAway);
      if (found !== null) files.push({ path, bytes: found.size });
    }
  }
  return files;
}

/**
 * The events of these files, each file in its order; an event may be there twice. A file that was pruned meanwhile is passed over.
 * `onFault` is told of what is damaged, and the reading goes on behind it; `onRead` of the bytes of every file that is done.
 */
export async function* readArchive(
  files: readonly ArchiveFile[],
  onFault: (path: string, error: KhabarError) => void,
  onRead: (bytes: number) => void = () => undefined,
): AsyncGenerator<ArchivedEvent, void, undefined> {
  for (const { path, bytes } of files) {
    const file = await open(path).catch(nullIfAway);
    if (file === null) continue;
    try {
      for await (const text of readFrames(file, bytes, (error) => onFault(path, error))) {
        for (const line of text.split('\n')) {
          if (line === '') continue;
          let archived: ArchivedEvent;
          try {
            archived = eventOfLine(line);
          } catch (error) {
            onFault(path, toKhabarError(error));
            continue;
          }
          yield archived;
        }
      }
    } finally {
      await file.close();
    }
    onRead(bytes);
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    throw new KhabarError('no-archive', `There is no archive that can be read in ${folder}`, { cause });
  }
}

function noneIfAway(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}

function nullIfAway(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
