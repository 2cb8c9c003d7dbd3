import { setTimeout as pause } from 'node:timers/promises';
import type { BenchRow } from '../bench.ts';
import { peakMb, publishBacklog } from '../bus/memory.ts';
import { peakResidentMb, startService, whenReady } from '../bus/services.ts';
import { corpusEvent } from './corpus.ts';
import { FilledServer } from './filled-server.ts';
import { searches } from './questions.ts';
import { ask, ingest } from './service-at-work.ts';

const LIMIT_MB = 250;
/** More than a store takes in while it is watched. */
const BACKLOG = 200_000;
const EXPORTED_ARTICLES = 100_000;
const SEARCHES_PER_SECOND = 20;

const limit = {
  unit: 'MB',
  peer: 'the limit',
  target: `below ${LIMIT_MB} MB`,
  ok: ({ value }: { value: number }) => value < LIMIT_MB,
};

const savingRow: BenchRow = {
  what: `memory: store that saves, indexes and clusters, ${BACKLOG.toLocaleString('en')} articles behind`,
  ...limit,
  async measure(run) {
    const make = (from: number, count: number) => Array.from({ length: count }, (_, at) => corpusEvent(from + at));
    return { value: await peakMb(run, 'store', (bus) => publishBacklog(run, bus, BACKLOG, make)), peer: LIMIT_MB };
  },
};

const readingRow: BenchRow = {
  what: `memory: store that exports ${EXPORTED_ARTICLES.toLocaleString('en')} articles in both formats, searched meanwhile`,
  ...limit,
  async measure(run) {
    const { url } = await (await FilledServer.of(run)).holding(EXPORTED_ARTICLES);
    await using service = await startService(run, 'store', { DATABASE_URL: url });
    await whenReady(service);
    const stop = new AbortController();
    const beside = Promise.all([ingest(url, stop.signal), search(service.url, stop.signal)]);
    try {
      for (const format of ['ndjson', 'parquet']) {
        const bytes = await Promise.race([exportAll(service.url, format), beside.then(() => 0)]);
        const peak = await peakResidentMb(service.process.pid);
        run.log(`  ${format}: ${(bytes / 1e6).toFixed(0)} MB; ${peak.toFixed(0)} MB resident by then`);
      }
    } finally {
      stop.abort();
    }
    await beside;
    return { value: await peakResidentMb(service.process.pid), peer: LIMIT_MB };
  },
};

/** Resident memory of a store at its highest, as an operator runs it. */
export const memoryRows: readonly BenchRow[] = [savingRow, readingRow];

/** Bytes of an export of everything, read as fast as they come. */
async function exportAll(url: string, format: string): Promise<number> {
  const response = await fetch(`${url}/api/v1/exports`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ format }),
  });
  if (!response.ok) throw new Error(`${response.status} for an export: ${(await response.text()).slice(0, 500)}`);
  let bytes = 0;
  for await (const chunk of response.body!) bytes += chunk.length;
  return bytes;
}

/** Searches at a reader's pace: who is late asks at once. */
async function search(url: string, signal: AbortSignal): Promise<void> {
  const questions = searches(1_000);
  const startedAtMs = performance.now();
  for (let asked = 0; !signal.aborted; asked++) {
    const dueAtMs = startedAtMs + (asked * 1000) / SEARCHES_PER_SECOND;
    await pause(Math.max(0, dueAtMs - performance.now()), undefined, { signal }).catch(() => undefined);
    await ask(url, questions[asked % questions.length]!);
  }
}
