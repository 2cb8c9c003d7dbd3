import { KhabarError, type TopicDefinition } from '@khabar/contracts';
import { Partitioners, type PartitionOffset, type Producer } from 'kafkajs';
import type { StoredRecord } from '../bus.ts';
import { type Bounds, KafkaAdmin } from '../kafka/admin.ts';
import { type KafkaSettings, disconnect, kafkaError, newClient } from '../kafka/client.ts';
import { COMPRESSION } from '../kafka/compression.ts';
import { patiently } from '../kafka/patiently.ts';
import { readTopic } from '../kafka/read-topic.ts';
import { toMessage } from '../kafka/records.ts';

/** The group whose committed offsets say how far the export is, and the one transactional id of all runs. */
const EXPORT = 'khabar-bus-export';

/** A cluster that has just started has no coordinator for some seconds. */
const COORDINATOR_READY_MS = 15_000;
/** How long a broker may take to mark a transaction's end in every partition. */
const MARKS_MS = 15_000;

/** How far the export of one partition is. */
export interface Progress {
  /** The next offset of the embedded log. */
  readonly next: bigint;
  /** The offset in Kafka behind the last exported record; what marks the end of its transaction stands there. */
  readonly kafkaNext: bigint;
}

/** Records of one partition with the times under which they are to stand. */
export interface TimedRecord {
  readonly record: StoredRecord;
  readonly timestampMs: number;
}

/** Offsets to be committed: group, partition, offset. */
export type GroupOffset = readonly [group: string, partition: number, offset: bigint];

/** The cluster that the log is exported to. */
export class KafkaTarget implements AsyncDisposable {
  readonly #settings: KafkaSettings;
  readonly #admin: KafkaAdmin;
  #producer: Producer | null = null;

  constructor(brokers: readonly string[]) {
    this.#settings = { brokers, clientId: EXPORT };
    this.#admin = new KafkaAdmin(this.#settings);
  }

  /** Becomes the one exporter: whatever an earlier run has left half done is undone, and should it still run it is fenced. */
  async takeOver(): Promise<void> {
    const producer = newClient(this.#settings).producer({
      idempotent: true,
      transactionalId: EXPORT,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: { retries: 8 },
    });
    this.#producer = producer;
    await producer.connect().catch((error: unknown) => {
      throw kafkaError(error);
    });
  }

  /** Null where the topic does not exist. */
  async layout(topic: string): Promise<{ partitions: number; maxMessageBytes: number | null } | null> {
    try {
      return await this.#admin.layout(topic);
    } catch (error) {
      if (error instanceof KhabarError && error.code === 'unknown-topic') return null;
      throw error;
    }
  }

  /** Makes a topic where it is missing, and waits for the coordinators of groups: a transaction does not. */
  async prepare(topic: TopicDefinition, groups: readonly string[]): Promise<void> {
    await this.#admin.ensureTopics([topic]);
    for (const group of [EXPORT, ...groups]) {
      await patiently(COORDINATOR_READY_MS, () => this.#admin.committed(group, topic.name));
    }
  }

  bounds(topic: string): Promise<Bounds[]> {
    return this.#admin.readingBounds(topic, 'beginning');
  }

  /** The end of each partition, once there is something behind these offsets: the marks of transactions follow a little later. */
  endsBehind(topic: string, offsets: ReadonlyMap<number, bigint>): Promise<Map<number, bigint>> {
    return patiently(MARKS_MS, async () => {
      const ends = new Map((await this.bounds(topic)).map(({ partition, endOffset }) => [partition, endOffset]));
      if ([...offsets].every(([partition, offset]) => ends.get(partition)! > offset)) return ends;
      throw new KhabarError('broker-unavailable', `Kafka has not ended a transaction in ${topic}`, {
        dependency: true,
      });
    });
  }

  /** The groups that have members in a topic. */
  async liveGroups(groups: readonly string[], topic: string): Promise<string[]> {
    const states = await this.#admin.groups(groups, [topic]);
    return states.filter(({ members }) => members > 0).map(({ group }) => group);
  }

  /** How far earlier runs have come in each partition of a topic. */
  async progress(topic: string): Promise<Map<number, Progress>> {
    const committed = await this.#admin.committed(EXPORT, topic);
    const progress = [...committed].map(([partition, { offset, metadata }]) => {
      return [partition, { next: offset, kafkaNext: BigInt(metadata) }] as const;
    });
    return new Map(progress);
  }

  /** Whether a partition has a record, other than of transactions that were undone, at or behind an offset. */
  async hasRecords(topic: string, partition: number, offset: bigint, signal: AbortSignal): Promise<boolean> {
    const from = { offsets: new Map([[partition, offset]]) };
    for await (const _ of readTopic(this.#settings, this.#admin, topic, { from, follow: false, signal })) return true;
    signal.throwIfAborted();
    return false;
  }

  /**
   * Appends records to partitions of a topic, and commits offsets, all or nothing. `offsets` is asked once it is known where the first
   * record of each partition stands.
   * @throws KhabarError when it was not done; then the target is of no use any more
   */
  async write(
    topic: string,
    batches: ReadonlyMap<number, readonly TimedRecord[]>,
    offsets: (bases: ReadonlyMap<number, bigint>) => {
      progress: ReadonlyMap<number, Progress>;
      groups: readonly GroupOffset[];
    },
  ): Promise<void> {
    try {
      const transaction = await this.#producer!.transaction();
      try {
        const bases = new Map<number, bigint>();
        if (batches.size > 0) {
          const messages = [...batches].flatMap(([partition, records]) =>
            records.map(({ record, timestampMs }) => ({
              ...toMessage(record, partition),
              timestamp: String(timestampMs),
            })),
          );
          const topicMessages = [{ topic, messages }];
          const answers = await transaction.sendBatch({ acks: -1, compression: COMPRESSION, topicMessages });
          for (const { partition, baseOffset } of answers) bases.set(partition, BigInt(baseOffset ?? -1));
          for (const partition of batches.keys()) requireAnswer(topic, partition, bases.get(partition));
        }
        const { progress, groups } = offsets(bases);
        // refused while the marks of the transaction before are still on their way
        // kafkajs hands metadata on, though its types do not tell
        const done: (PartitionOffset & { metadata: string })[] = [...progress].map(
          ([partition, { next, kafkaNext }]) => {
            return { partition, offset: String(next), metadata: String(kafkaNext) };
          },
        );
        if (done.length > 0) {
          const topics = [{ topic, partitions: done }];
          await patiently(MARKS_MS, () => transaction.sendOffsets({ consumerGroupId: EXPORT, topics }));
        }
        for (const [group, ofGroup] of Map.groupBy(groups, ([name]) => name)) {
          const partitions = ofGroup.map(([, partition, offset]) => ({ partition, offset: String(offset) }));
          const topics = [{ topic, partitions }];
          await patiently(MARKS_MS, () => transaction.sendOffsets({ consumerGroupId: group, topics }));
        }
        await transaction.commit();
      } catch (error) {
        await transaction.abort().catch(() => undefined); // the next run undoes it
        throw error;
      }
    } catch (error) {
      throw kafkaError(error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#producer) await disconnect(this.#producer);
    await this.#admin.close();
  }
}

/** Where a leader moves between the tries of one request, kafkajs may never send a batch and still resolve. */
function requireAnswer(topic: string, partition: number, base: bigint | undefined): void {
  if (base !== undefined && base >= 0n) return;
  throw new KhabarError('not-acknowledged', `Kafka has not acknowledged a batch for ${topic}, partition ${partition}`, {
    dependency: true,
  });
}
