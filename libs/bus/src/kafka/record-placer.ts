import { KhabarError } from '@khabar/contracts';
import type { OutgoingRecord } from '../driver.ts';
import { partitionOf } from '../partition.ts';
import { recordBytes, roomForRecords } from '../record-size.ts';
import type { KafkaAdmin, TopicLayout } from './admin.ts';
import type { Placed } from './cut-requests.ts';

/** Largest batch of a partition in bytes, unless one record is larger: well below the 1 MiB that topics allow by default. */
export const BATCH_BYTES = 512 * 1024;

/** How long we trust what we know of a topic, in milliseconds: partitions may be added. */
const LAYOUT_MAX_AGE_MS = 5 * 60_000;

/** A record on its way to Kafka, with its partition and size. */
export interface PlacedRecord extends Placed<OutgoingRecord> {
  /** Under what time it is to stand; that of sending unless told. */
  readonly timestampMs?: number;
}

/** Knows the topics that are sent to: which partition a record goes to, and whether it fits. */
export class RecordPlacer {
  readonly #admin: KafkaAdmin;
  readonly #layouts = new Map<string, TopicLayout & { knownAtMs: number }>();

  constructor(admin: KafkaAdmin) {
    this.#admin = admin;
  }

  /** Looks up the topics that are not known well enough. @throws KhabarError `unknown-topic`, `broker-unavailable` */
  async learn(records: readonly OutgoingRecord[]): Promise<void> {
    for (const { topic } of records) {
      if (!this.#isKnown(topic)) {
        this.#layouts.set(topic, { ...(await this.#admin.layout(topic)), knownAtMs: performance.now() });
      }
    }
  }

  /** Whether {@link place} may be called without {@link learn}. */
  knows(records: readonly OutgoingRecord[]): boolean {
    return records.every(({ topic }) => this.#isKnown(topic));
  }

  /** Places records of topics that are known. @throws KhabarError `record-too-large` */
  place(records: readonly OutgoingRecord[]): PlacedRecord[] {
    return records.map((record) => {
      const { topic } = record;
      const { partitions, maxMessageBytes } = this.#layouts.get(topic)!;
      const bytes = recordBytes(record);
      const room = maxMessageBytes === null ? Infinity : roomForRecords(maxMessageBytes);
      if (bytes > room) {
        throw new KhabarError('record-too-large', `A record of ${bytes} bytes is larger than ${topic} allows`);
      }
      const partition = partitionOf(record.foreign?.key ?? record.key, partitions);
      return { record, topic, partition, bytes, batchBytes: Math.min(BATCH_BYTES, room) };
    });
  }

  /** Both, for who does not mind to wait. @throws KhabarError as {@link learn} and {@link place} do */
  async learnAndPlace(records: readonly OutgoingRecord[]): Promise<PlacedRecord[]> {
    while (!this.knows(records)) await this.learn(records);
    return this.place(records);
  }

  /** Trusts nothing of what it knows any more: a send has failed. */
  forget(): void {
    for (const layout of this.#layouts.values()) layout.knownAtMs = -Infinity;
  }

  /** See `Driver.partitionCount`. */
  partitionCount(topic: string): number | null {
    return this.#layouts.get(topic)?.partitions ?? null;
  }

  #isKnown(topic: string): boolean {
    const known = this.#layouts.get(topic);
    return known !== undefined && performance.now() - known.knownAtMs <= LAYOUT_MAX_AGE_MS;
  }
}
