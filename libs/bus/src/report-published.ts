import type { BusListener } from './settings.ts';
import type { Driver, OutgoingRecord } from './driver.ts';
import { partitionOf } from './partition.ts';

/** Tells the listener of records that are durable: one report a partition. */
export function reportPublished(
  records: readonly OutgoingRecord[],
  driver: Pick<Driver, 'partitionCount'>,
  listener: BusListener,
): void {
  if (!listener.published) return;
  const totals = new Map<string, Map<number, { events: number; bytes: number }>>();
  for (const { topic, key, value, foreign } of records) {
    const partition = partitionOf(foreign?.key ?? key, driver.partitionCount(topic) ?? 1);
    const ofTopic = totals.get(topic) ?? new Map<number, { events: number; bytes: number }>();
    totals.set(topic, ofTopic);
    const total = ofTopic.get(partition) ?? { events: 0, bytes: 0 };
    ofTopic.set(partition, total);
    total.events += 1;
    total.bytes += value?.length ?? 0;
  }
  for (const [topic, ofTopic] of totals) {
    for (const [partition, { events, bytes }] of ofTopic) listener.published(topic, partition, events, bytes);
  }
}
