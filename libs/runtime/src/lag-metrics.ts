import type { Bus, GroupState } from '@khabar/bus';
import { Gauge, type Registry } from 'prom-client';

/** How long an answer of the log serves, in milliseconds: however often it is scraped, the log is asked no more often. */
const ANSWER_MAX_AGE_MS = 3_000;
/** How long a scrape waits for the log, in milliseconds. */
const PATIENCE_MS = 3_000;

/** One partition as it was at the last look. */
interface Seen {
  readonly nextOffset: bigint;
  /** Since when nothing was committed while something waits, ms since epoch; null while nothing waits. */
  readonly idleSinceMs: number | null;
}

/**
 * How far the group of this service is in its topics, asked of the log when the metrics are read: so it is true also of a consumer that
 * is stuck, paused, or without a partition. While the log does not answer there are no such series, for nothing is known.
 */
export function measureLag(
  registry: Registry,
  bus: Pick<Bus, 'groups'>,
  { group, topics }: { readonly group: string; readonly topics: readonly { readonly name: string }[] },
): void {
  const names = topics.map(({ name }) => name);
  const labelNames = ['topic', 'partition', 'group'];
  const seen = new Map<string, Seen>();
  let answer: { readonly atMs: number; readonly states: Promise<readonly GroupState[]> } | null = null;

  const ask = (): Promise<readonly GroupState[]> => {
    if (answer === null || Date.now() - answer.atMs > ANSWER_MAX_AGE_MS) {
      const states = within(PATIENCE_MS, bus.groups([group], names)).then((found) => remember(found, seen));
      answer = { atMs: Date.now(), states: states.catch(() => []) };
    }
    return answer.states;
  };

  const gauge = (
    name: string,
    help: string,
    valueOf: (of: GroupState['partitions'][number], seen: Seen, nowMs: number) => number,
  ) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      async collect() {
        const states = await ask();
        const nowMs = Date.now();
        this.reset();
        for (const { topic, partitions } of states) {
          for (const each of partitions) {
            const labels = { topic, partition: each.partition, group };
            this.set(labels, valueOf(each, seen.get(placeOf(topic, each.partition))!, nowMs));
          }
        }
      },
    });

  gauge('khabar_bus_lag_events', 'Events that the group has not committed', ({ lag }) => Number(lag));
  gauge(
    'khabar_bus_lag_seconds',
    'Age of the oldest event that the group has not committed, 0 when there is none',
    ({ waitingSince }, _, nowMs) => (waitingSince === null ? 0 : secondsSince(Date.parse(waitingSince), nowMs)),
  );
  gauge(
    'khabar_bus_commit_age_seconds',
    'Time for which the group has committed nothing while something waited, 0 when nothing waits',
    (_, { idleSinceMs }, nowMs) => (idleSinceMs === null ? 0 : secondsSince(idleSinceMs, nowMs)),
  );
}

/** Since when nothing was committed follows from two looks: what did not move in between. */
function remember(states: readonly GroupState[], seen: Map<string, Seen>): readonly GroupState[] {
  const nowMs = Date.now();
  for (const { topic, partitions } of states) {
    for (const { partition, nextOffset, lag } of partitions) {
      const place = placeOf(topic, partition);
      const before = seen.get(place);
      const stands = before?.nextOffset === nextOffset ? before.idleSinceMs : null;
      seen.set(place, { nextOffset, idleSinceMs: lag === 0n ? null : (stands ?? nowMs) });
    }
  }
  return states;
}

function placeOf(topic: string, partition: number): string {
  return `${partition} ${topic}`;
}

function secondsSince(sinceMs: number, nowMs: number): number {
  return Math.max(0, nowMs - sinceMs) / 1000;
}

async function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
