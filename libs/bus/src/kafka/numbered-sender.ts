import type { NumberedSender, OutgoingRecord } from '../driver.ts';
import type { KafkaAdmin } from './admin.ts';
import type { KafkaSettings } from './client.ts';
import { patiently } from './patiently.ts';
import type { RecordPlacer } from './record-placer.ts';
import { TransactionalProducer } from './transactional-producer.ts';

/** How long a cluster may take to know the group's offsets, in milliseconds: one that has just started reads them first. */
const COORDINATOR_MS = 10_000;

/**
 * Batches with a number: it is committed, in the batch's own transaction, as the offset of a group of the sender's name in the first
 * partition of the topic that the batch begins with.
 */
export class KafkaNumberedSender implements NumberedSender {
  readonly last: bigint | null;
  readonly #name: string;
  readonly #placer: RecordPlacer;
  readonly #producer: TransactionalProducer;

  /** @throws KhabarError `broker-unavailable` */
  static async open(
    settings: KafkaSettings,
    admin: KafkaAdmin,
    placer: RecordPlacer,
    name: string,
  ): Promise<KafkaNumberedSender> {
    // only once the one before is fenced, and what it had under way has come to its end, is its last number known
    const producer = await TransactionalProducer.open(settings, name);
    try {
      const last = await patiently(COORDINATOR_MS, () => admin.highestCommitted(name));
      return new KafkaNumberedSender(name, last, placer, producer);
    } catch (error) {
      await producer.close();
      throw error;
    }
  }

  private constructor(name: string, last: bigint | null, placer: RecordPlacer, producer: TransactionalProducer) {
    this.#name = name;
    this.last = last;
    this.#placer = placer;
    this.#producer = producer;
  }

  async send(number: bigint, records: readonly OutgoingRecord[]): Promise<void> {
    const placed = await this.#placer.learnAndPlace(records);
    const { topic } = records[0]!;
    await this.#producer.commit(placed, [{ group: this.#name, topic, partition: 0, offset: number }]);
  }

  close(): Promise<void> {
    return this.#producer.close();
  }
}
