import { type CloudEvent, type EventType, KhabarError } from '@khabar/contracts';
import type { Outcome, SubscriptionRequest } from './handling.ts';
import type { BusSettings } from './settings.ts';
import type { Entry } from './partition-queue.ts';
import { systemOf, traceProcessing } from './trace.ts';

/**
 * Hands events to a handler, each in a span of its own, and returns what became of each.
 * @throws what the handler throws, or KhabarError `wrong-outcomes`
 */
export async function callHandler<T extends EventType>(
  { topic: { name: topic }, group, handle }: SubscriptionRequest<T>,
  settings: Pick<BusSettings, 'kafkaBrokers'>,
  partition: number,
  entries: readonly Entry<T>[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const traced = entries.map(({ event, record: { offset, value } }) => {
    const receipt = { topic, partition, offset, group, bytes: value?.length ?? 0, batchSize: entries.length };
    return traceProcessing(systemOf(settings), event as CloudEvent<T>, receipt);
  });
  try {
    const events = entries.map(({ key, record, attempt }, at) => {
      return { event: traced[at]!.event, key, offset: record.offset, attempt, bytes: record.value?.length ?? 0 };
    });
    const outcomes = (await handle({ topic, partition, events, signal })) ?? events.map(() => 'done' as const);
    if (outcomes.length !== events.length) {
      const told = `The handler told ${outcomes.length} outcomes of ${events.length} events`;
      throw new KhabarError('wrong-outcomes', told, { retriable: true });
    }
    for (const [at, outcome] of outcomes.entries()) {
      traced[at]!.end(outcome instanceof KhabarError ? outcome : undefined);
    }
    return outcomes;
  } catch (thrown) {
    for (const each of traced) each.end(thrown);
    throw thrown;
  }
}
