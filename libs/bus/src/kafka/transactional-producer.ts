import { setTimeout as sleep } from 'node:timers/promises';
import { KhabarError } from '@khabar/contracts';
import { type PartitionOffset, Partitioners, type Producer, type Transaction } from 'kafkajs';
import { type KafkaSettings, disconnect, kafkaError, newClient, protocolError } from './client.ts';
import { cutRequests } from './cut-requests.ts';
import type { PlacedRecord } from './record-placer.ts';
import { type AppendedBatch, REQUEST_LIMITS, RequestSender } from './request-sender.ts';
import { settlesWithin } from './settles-within.ts';

/** After how long the broker aborts a transaction whose producer is silent, in milliseconds; readers of committed records wait for it. */
const TRANSACTION_TIMEOUT_MS = 60_000;
/** How long one of ours may take, in milliseconds. */
const COMMIT_MAX_MS = 20_000;
/** What passes by itself: the marks of the transaction before are being written, the group's coordinator moves or has just started. */
const NOT_YET = new Set([
  'CONCURRENT_TRANSACTIONS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'GROUP_LOAD_IN_PROGRESS',
  'NOT_COORDINATOR_FOR_GROUP',
]);
/** How often, and how soon in milliseconds, it is tried again. */
const BEGIN_ATTEMPTS = 200;
const BEGIN_PAUSE_MS = 25;

/** What a group is to begin with in a partition, should the transaction be committed. */
export interface GroupOffset {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** Kept beside the offset for whoever reads it (`metadata` in the protocol). */
  readonly note?: string;
}

/** Offsets that depend on where the records of their transaction stand. */
export type OffsetsBehind = (appended: readonly AppendedBatch[]) => readonly GroupOffset[];

/**
 * Sends records and commits offsets in one Kafka transaction. Opening it fences whoever had the transactional id before: what the
 * other had under way is aborted, and what it still tries is refused.
 *
 * Hardly anything that goes wrong in a transaction is tried again by kafkajs, and a commit whose answer was lost may have counted. So
 * after any failure it is of no use any more: open it anew, and read the group's committed offset to know what became of it.
 */
export class TransactionalProducer {
  readonly #producer: Producer;
  readonly #requests = new RequestSender();
  /** Begun with the producer, for kafkajs fences only by beginning one; the broker knows nothing of it yet. */
  #next: Transaction | null;
  #closing: Promise<void> | null = null;

  private constructor(producer: Producer, first: Transaction) {
    this.#producer = producer;
    this.#next = first;
  }

  /** @throws KhabarError `broker-unavailable` */
  static async open(settings: KafkaSettings, transactionalId: string): Promise<TransactionalProducer> {
    const producer = newClient(settings).producer({
      transactionalId,
      transactionTimeout: TRANSACTION_TIMEOUT_MS,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    try {
      await producer.connect();
      return new TransactionalProducer(producer, await producer.transaction());
    } catch (error) {
      await disconnect(producer);
      throw kafkaError(error);
    }
  }

  /**
   * Resolves when the records and the offsets are durable, together. The later of two offsets for one place counts.
   * @param offsets one at least
   * @throws KhabarError `fenced` when another has opened the same id, `broker-unavailable`, `not-acknowledged`
   */
  async commit(
    records: readonly PlacedRecord[],
    offsets: readonly GroupOffset[],
    behind?: OffsetsBehind,
  ): Promise<void> {
    const work = this.#commit(records, offsets, behind);
    try {
      if (!(await settlesWithin(work, COMMIT_MAX_MS))) {
        work.catch(() => undefined); // its connections are closed below
        throw new KhabarError('broker-unavailable', `Kafka took longer than ${COMMIT_MAX_MS} ms`, { dependency: true });
      }
      await work;
    } catch (error) {
      await this.close();
      throw kafkaError(error);
    }
  }

  /** A transaction under way is lost. Idempotent. */
  close(): Promise<void> {
    return (this.#closing ??= disconnect(this.#producer));
  }

  async #commit(
    records: readonly PlacedRecord[],
    offsets: readonly GroupOffset[],
    behind: OffsetsBehind | undefined,
  ): Promise<void> {
    const transaction = this.#next ?? (await this.#producer.transaction());
    this.#next = null;
    try {
      await sendOffsets(transaction, offsets);
      const appended: AppendedBatch[] = [];
      for (const request of cutRequests(records, REQUEST_LIMITS)) {
        appended.push(...(await this.#requests.send(transaction, request)));
      }
      if (behind) await sendOffsets(transaction, behind(appended));
    } catch (error) {
      // else readers of committed records would wait for the broker to lose patience
      await transaction.abort().catch(() => undefined);
      throw error;
    }
    await transaction.commit();
  }
}

/**
 * Offsets come first: while the broker still writes the marks of the transaction before, it refuses to begin a new one, and
 * this is the one request that may safely be repeated then.
 */
async function sendOffsets(transaction: Transaction, offsets: readonly GroupOffset[]): Promise<void> {
  for (const [group, ofGroup] of Map.groupBy(offsets, (each) => each.group)) {
    const topics = [...Map.groupBy(ofGroup, ({ topic }) => topic)].map(([topic, ofTopic]) => {
      // kafkajs hands metadata on, though its types do not tell
      const partitions: (PartitionOffset & { metadata?: string })[] = ofTopic.map(({ partition, offset, note }) => {
        return { partition, offset: String(offset), ...(note !== undefined && { metadata: note }) };
      });
      return { topic, partitions };
    });
    await onceReady(() => transaction.sendOffsets({ consumerGroupId: group, topics }));
  }
}

async function onceReady(request: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await request();
    } catch (error) {
      if (!NOT_YET.has(protocolError(error) ?? '') || attempt === BEGIN_ATTEMPTS) throw error;
    }
    await sleep(BEGIN_PAUSE_MS);
  }
}
