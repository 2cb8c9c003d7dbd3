import { setTimeout as pause } from 'node:timers/promises';
import { type Bus, openBus } from '@khabar/bus';
import { type CloudEvent, TOPICS, articleEvent, articleExample, articleHashes, articleId } from '@khabar/contracts';
import type { BenchRow, BenchRun } from '../bench.ts';
import { text } from '../words.ts';
import { rawArticles } from './events.ts';
import { busSettings, kafka, postgres } from './log-of-own.ts';
import { counter, peakResidentMb, startService, whenReady } from './services.ts';

const BACKLOG = 1_000_000;
const EVENT_BYTES = 2 * 1024;
const LIMIT_MB = 300;
/** How long a service is watched at its backlog, in milliseconds. */
const WATCHED_MS = 60_000;
const AT_ONCE = 2_000;

const limit = {
  unit: 'MB',
  peer: 'the limit',
  target: `below ${LIMIT_MB} MB`,
  ok: ({ value }: { value: number }) => value < LIMIT_MB,
};

/** What the parser has before it: raw articles, each an HTML page of its own. */
const parserRow: BenchRow = {
  what: 'memory: parser, 1,000,000 events behind',
  ...limit,
  async measure(run) {
    const make = rawArticles(EVENT_BYTES);
    return { value: await peakMb(run, 'parser', (bus) => publishBacklog(run, bus, BACKLOG, make)), peer: LIMIT_MB };
  },
};

/** What the store has before it: articles that it does not know. */
const storeRow: BenchRow = {
  what: 'memory: store, 1,000,000 events behind',
  ...limit,
  async measure(run) {
    return {
      value: await peakMb(run, 'store', (bus) => publishBacklog(run, bus, BACKLOG, articles())),
      peer: LIMIT_MB,
    };
  },
};

/** Resident memory of services with a backlog, at its highest. */
export const memoryRows: readonly BenchRow[] = [parserRow, storeRow];

/** Resident memory of a service at its highest, in MB, while it works for a minute on what `prepare` has put into Kafka. */
export async function peakMb(run: BenchRun, service: string, prepare: (bus: Bus) => Promise<void>): Promise<number> {
  const { brokers } = await kafka(run);
  const { url } = await postgres(run);
  {
    await using bus = await openBus(busSettings({ kafkaBrokers: brokers, databaseUrl: null }));
    await bus.ensureTopics(TOPICS);
    await prepare(bus);
  }
  await using running = await startService(run, service, { KAFKA_BROKERS: brokers.join(','), DATABASE_URL: url });
  await whenReady(running);
  await pause(WATCHED_MS, undefined, { signal: run.signal });
  const value = await peakResidentMb(running.process.pid);
  const handled = await counter(running.url, 'khabar_bus_consumed_total');
  if (handled === 0) throw new Error(`the ${service} handled nothing:\n${running.process.output.slice(-2_000)}`);
  run.log(`  the ${service} handled ${handled} events in ${WATCHED_MS / 1000} s`);
  return value;
}

/** Publishes so many events, some thousands at a time: `make` is told from which number on and how many. */
export async function publishBacklog(
  run: BenchRun,
  bus: Bus,
  events: number,
  make: (from: number, count: number) => CloudEvent[],
): Promise<void> {
  for (let at = 0; at < events; at += AT_ONCE) {
    await bus.publish(make(at, AT_ONCE));
    if ((at + AT_ONCE) % 100_000 === 0) run.log(`  ${at + AT_ONCE} of ${events} events`);
  }
}

function articles(): (from: number, count: number) => CloudEvent[] {
  const bodies = Array.from({ length: 1_000 }, (_, at) => text(EVENT_BYTES - 1_300, at));
  return (from, count) =>
    Array.from({ length: count }, (_, at) => {
      const number = from + at;
      const canonicalUrl = `https://news.example.org/articles/${number}`;
      const described = {
        ...articleExample,
        canonicalUrl,
        title: `Article ${number}`,
        body: `${number} ${bodies[number % bodies.length]!}`,
        headings: [],
      };
      const id = articleId({ ...described, externalId: null });
      return articleEvent({ ...described, id, ...articleHashes(described) }, id);
    });
}
