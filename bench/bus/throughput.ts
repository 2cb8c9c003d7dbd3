import { Bus } from '@khabar/bus';
import type { CloudEvent, TopicDefinition } from '@khabar/contracts';
import type { BenchRun } from '../bench.ts';

/** Events in one call: what a fetcher's poll or a parser's batch publishes at once. */
export const BATCH = 500;

/** Events a second of some work on so many of them, to its end or to the moment that it tells, by `performance.now()`. */
export async function rate(events: number, work: () => Promise<unknown>): Promise<number> {
  const startedAtMs = performance.now();
  const endedAtMs = await work();
  return events / (((typeof endedAtMs === 'number' ? endedAtMs : performance.now()) - startedAtMs) / 1000);
}

/** Publishes batch after batch. */
export async function publishAll(bus: Bus, events: readonly CloudEvent[]): Promise<void> {
  for (let at = 0; at < events.length; at += BATCH) await bus.publish(events.slice(at, at + BATCH));
}

/** Consumes so many events of a topic from its beginning, in a group of its own, and leaves it; resolves with when the last was handled, by `performance.now()`. */
export async function consumeAll(bus: Bus, topic: TopicDefinition, group: string, count: number): Promise<number> {
  const all = Promise.withResolvers<number>();
  let seen = 0;
  const subscription = await bus.subscribe({
    topic,
    group,
    handle: async ({ events }) => {
      seen += events.length;
      if (seen >= count) all.resolve(performance.now());
    },
  });
  const endedAtMs = await all.promise;
  await subscription.close(); // it commits what is in hand
  return endedAtMs;
}

/** Publishes while a consumer reads along; events a second from the first publish to the last commit. */
export async function throughLog(
  run: BenchRun,
  { bus, topic, group }: { bus: Bus; topic: TopicDefinition; group: string },
  events: readonly CloudEvent[],
): Promise<number> {
  run.signal.throwIfAborted();
  return rate(events.length, () =>
    Promise.all([consumeAll(bus, topic, group, events.length), publishAll(bus, events)]),
  );
}
