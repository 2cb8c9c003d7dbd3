import { readdir } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import type { Voice } from './voice.ts';

const POLL_MS = 250;
/** The count has settled when it did not change for so long: at a first start, which reads them all, and at a later one. */
const FIRST_SETTLED_MS = 8_000;
const SETTLED_MS = 2_000;
const LONGEST_MS = 60_000;

/**
 * Waits until the store has an article for every file of the seed folders, or their number has settled below (a file may be no article, or
 * hold one that is already there). Resolves with the number of articles stored.
 */
export async function awaitSeeds(
  storeUrl: string,
  folders: readonly string[],
  voice: Voice,
  signal: AbortSignal,
): Promise<number> {
  const files = (await Promise.all(folders.map(countFiles))).reduce((sum, count) => sum + count, 0);
  if (files > 0) voice.step(`reading ${files} files of ${folders.join(', ')} …`);
  const startedAt = performance.now();
  let stored = await countArticles(storeUrl);
  const settledMs = stored === 0 ? FIRST_SETTLED_MS : SETTLED_MS;
  let changedAt = startedAt;
  while (!signal.aborted && performance.now() - startedAt < LONGEST_MS) {
    const now = await countArticles(storeUrl);
    if (now !== stored) changedAt = performance.now();
    stored = now;
    if (stored >= files || performance.now() - changedAt > settledMs) break;
    await setTimeout(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
  return stored;
}

async function countFiles(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.')).length;
}

async function countArticles(storeUrl: string): Promise<number> {
  const response = await fetch(`${storeUrl}/api/v1/stats`).catch(() => null);
  if (!response?.ok) return 0;
  const { articles } = (await response.json()) as { articles: number };
  return articles;
}
