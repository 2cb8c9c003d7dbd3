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
  /** Everything below is committed, or was never ours; null before it is known. */
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

  /** Everything below is committed, as far as we know. */
  get done(): bigint {
    return this.#done ?? 0n;
  }

  /** Whether only another try tells what became of the last commit. */
  get unsure(): boolean {
    return this.#unsure !== null;
  }

  /**
   * Fences the owner before; resolves with where that one ended, which nothing changes any more. To be called first.
   * @throws KhabarError `bus-closed`, `broker-unavailable`: it may be called again
   */
  async begin(): Promise<bigint> {
    await this.#open();
    return this.done;
  }

  /**
   * Commits that everything below `nextOffset` is done. Repeated after a rejection, it finds out what became of the first try.
   * @throws KhabarError `overtaken` when another has committed more than we know of: whoever is the owner is to begin anew from there;
   * `record-too-large` when an output is refused for good; `fenced`, `bus-closed`, `broker-unavailable`
   */
  async commit(nextOffset: bigint, outputs: readonly OutgoingRecord[]): Promise<void> {
    if (this.#counts(nextOffset)) return;
    const placed = await this.#placer.learnAndPlace(outputs);
    const producer = this.#producer ?? (await this.#open());
    if (this.#counts(nextOffset)) return; // the first try counted
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

  #counts(nextOffset: bigint): boolean {
    return this.#done !== null && nextOffset <= this.#done;
  }

  /** The committed offset is only looked at once nobody else can change it any more. */
  async #open(): Promise<TransactionalProducer> {
    this.#assertOurs();
    const { group, topic, partition } = this.#of;
    const producer = await TransactionalProducer.open(this.#settings, `khabar-${group}-${topic}-${partition}`);
    try {
      const committed = (await this.#admin.committedOffset(group, topic, partition)) ?? 0n;
      if (this.#done === null || committed === this.#unsure) this.#done = committed;
      if (committed > this.#done) {
        const message = `Partition ${partition} of ${topic} is committed to ${committed} already`;
        throw new KhabarError('overtaken', message, { dependency: true });
      }
      this.#assertOurs();
    } catch (error) {
      await producer.close();
      throw error;
    }
    this.#unsure = null;
    this.#producer = producer;
    return producer;
  }

  #assertOurs(): void {
    if (this.#closed) throw new KhabarError('bus-closed', 'The partition is no longer ours', { dependency: true });
  }
}
