import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DAY_NAME } from './day-name.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Deletes the days that are older than so many, today not counted; says which. Beside other processes that do the same, and beside
 * readers. What is no day's folder is left alone.
 */
export async function pruneArchive(folder: string, keepDays: number, now: Date): Promise<string[]> {
  const oldest = new Date(now.getTime() - keepDays * DAY_MS).toISOString().slice(0, 10);
  const old = (await readdir(folder)).filter((name) => DAY_NAME.test(name) && name < oldest).sort();
  for (const day of old) await rm(join(folder, day), { recursive: true, force: true });
  return old;
}
