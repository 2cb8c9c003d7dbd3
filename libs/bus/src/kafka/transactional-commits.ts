import { KhabarError } from '@khabar/contracts';
import type { OutgoingRecord } from '../driver.ts';
import type { KafkaAdmin } from './admin.ts';
import type { KafkaSettings } from './client.ts';
import type { RecordPlacer } from './record-placer.ts';
import { TransactionalProducer } from './transactional-producer.ts';

/** A partition that a group consumes. */
export interface ConsumedPartition {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
}

/**
 * Commits what is done of a partition together with what came of it. One Kafka producer for each partition, whose id is the partition's:
 * who owns the partition next fences it, so that whatever was late of the owner before either stands in the committed offset or is gone.
 */
export class TransactionalCommits {
  readonly #settings: KafkaSettings;
  readonly #admin: KafkaAdmin;
  readonly #placer: RecordPlacer;
  readonly #of: ConsumedPartition;
  #producer: TransactionalProducer | null = null;
  /** Everything below is committed, or was never ours. */
  #done: bigint | null = null;
  /** A commit of which it is not known what became of it. */
  #unsure: bigint | null = null;
  #closed = false;

  constructor(settings: KafkaSettings, admin: KafkaAdmin, placer: RecordPlacer, of: ConsumedPartition) {
    this.#settings = settings;
    this.#admin = admin;
    this.#placer = placer;
    this.#of = of;
  }

  /**
   * Commits that everything from `firstOffset`, where the owner began, to below `nextOffset` is done. Repeated after a rejection, it
   * finds out what became of the first try.
   * @throws KhabarError `overtaken` when another has committed more than what the owner began with: its work is to begin anew from there;
   * `record-too-large` when an output is refused for good; `fenced`, `broker-unavailable`
   */
  async commit(firstOffset: bigint, nextOffset: bigint, outputs: readonly OutgoingRecord[]): Promise<void> {
    if (this.#done !== null && nextOffset <= this.#done) return;
    const placed = await this.#placer.learnAndPlace(outputs);
    const producer = this.#producer ?? (await this.#open(firstOffset));
    if (this.#done !== null && nextOffset <= this.#done) return; // the first try counted
    try {
      await producer.commit(placed, [{ ...this.#of, offset: nextOffset }]);
      this.#done = nextOffset;
    } catch (error) {
      this.#producer = null;
      this.#unsure = nextOffset;
      this.#placer.forget();
      throw error;
    }
  }

  /** The owner has committed in the ordinary way. */
  committed(nextOffset: bigint): void {
    this.#done = nextOffset;
  }

  /** A commit under way is lost. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#producer?.close();
  }

  /** The committed offset is only looked at once nobody else can change it any more. */
  async #open(firstOffset: bigint): Promise<TransactionalProducer> {
    if (this.#closed) throw new KhabarError('bus-closed', 'The partition is no longer ours', { dependency: true });
    const { group, topic, partition } = this.#of;
    const producer = await TransactionalProducer.open(this.#settings, `khabar-${group}-${topic}-${partition}`);
    try {
      const committed = (await this.#admin.committedOffset(group, topic, partition)) ?? 0n;
      if (committed === this.#unsure) this.#done = committed;
      if (committed > (this.#done ?? firstOffset)) {
        const message = `Partition ${partition} of ${topic} is committed to ${committed} already`;
        throw new KhabarError('overtaken', message, { dependency: true });
      }
      this.#unsure = null;
    } catch (error) {
      await producer.close();
      throw error;
    }
    this.#producer = producer;
    if (this.#closed) await producer.close();
    return producer;
  }
}
