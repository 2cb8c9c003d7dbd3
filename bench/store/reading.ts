import { setTimeout as pause } from 'node:timers/promises';
import type { BenchRow, BenchRun, Measured } from '../bench.ts';
import { startService, whenReady } from '../bus/services.ts';
import { FilledServer } from './filled-server.ts';
import { paceAmongFew } from './growth.ts';
import { lists, searches } from './questions.ts';
import { ask, ingest } from './service-at-work.ts';

const ARTICLES = 1_000_000;
const SEARCH_LIMIT_MS = 50;
const LIST_LIMIT_MS = 10;
const SEARCHES = 1_200;
const LISTS = 600;
const PER_SECOND = 20;
/** Asked before it counts: what is read for the first time comes from the disk. */
const WARM_UP = 200;
const HIGH = 0.95;

const searchRow: BenchRow = {
  what: 'search, page of 20, 1,000,000 articles in 10 languages, 20 a second while ingesting, p95',
  unit: 'ms',
  peer: 'the limit',
  target: `below ${SEARCH_LIMIT_MS} ms`,
  ok: ({ value }) => value < SEARCH_LIMIT_MS,
  async measure(run) {
    const url = await filledDatabase(run);
    return measured(run, await searchTimes(run, url), SEARCH_LIMIT_MS);
  },
};

const listRow: BenchRow = {
  what: 'list newest, any filter, 1,000,000 articles, p95',
  unit: 'ms',
  peer: 'the limit',
  target: `below ${LIST_LIMIT_MS} ms`,
  ok: ({ value }) => value < LIST_LIMIT_MS,
  async measure(run) {
    const url = await filledDatabase(run);
    return measured(run, await listTimes(run, url), LIST_LIMIT_MS);
  },
};

/** What it takes to read from a store of a million articles, as who asks over HTTP sees it. */
export const readingRows: readonly BenchRow[] = [searchRow, listRow];

/** The address of a store of so many articles. On the way to them growth has its first part measured, for there is one filled database. */
async function filledDatabase(run: BenchRun): Promise<string> {
  await paceAmongFew(run);
  return (await (await FilledServer.of(run)).holding(ARTICLES)).url;
}

/** How long each search takes from when it is due, in milliseconds: one that waits for others waits on the clock. */
export async function searchTimes(run: BenchRun, databaseUrl: string): Promise<number[]> {
  await using service = await startService(run, 'store', { DATABASE_URL: databaseUrl });
  await whenReady(service);
  const stop = new AbortController();
  const ingesting = ingest(databaseUrl, stop.signal);
  const questions = searches(WARM_UP + SEARCHES);
  for (const question of questions.slice(0, WARM_UP)) await ask(service.url, question);
  const startedAtMs = performance.now();
  const asked = questions.slice(WARM_UP).map(async (question, at) => {
    const dueAtMs = startedAtMs + (at * 1000) / PER_SECOND;
    await pause(dueAtMs - performance.now(), undefined, { signal: run.signal });
    await ask(service.url, question);
    return { question, ms: performance.now() - dueAtMs };
  });
  const answers = await Promise.all(asked);
  stop.abort();
  await ingesting;
  for (const { question, ms } of answers.toSorted((a, b) => b.ms - a.ms).slice(0, 5)) {
    run.log(`  ${ms.toFixed(0)} ms: ${JSON.stringify(question)}`);
  }
  return answers.map(({ ms }) => ms);
}

/** How long each list takes, one after the other, in milliseconds. */
export async function listTimes(run: BenchRun, databaseUrl: string): Promise<number[]> {
  await using service = await startService(run, 'store', { DATABASE_URL: databaseUrl });
  await whenReady(service);
  const times: number[] = [];
  for (const question of lists(WARM_UP + LISTS)) {
    const startedAtMs = performance.now();
    await ask(service.url, question);
    times.push(performance.now() - startedAtMs);
    run.signal.throwIfAborted();
  }
  return times.slice(WARM_UP);
}

function measured(run: BenchRun, times: readonly number[], limit: number): Measured {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)]!;
  run.log(`  p50 ${at(0.5).toFixed(1)} ms, p95 ${at(HIGH).toFixed(1)} ms, p99 ${at(0.99).toFixed(1)} ms`);
  return { value: at(HIGH), peer: limit };
}
