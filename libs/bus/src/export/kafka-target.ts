import { KhabarError, type TopicDefinition } from '@khabar/contracts';
import type { StoredRecord } from '../log-state.ts';
import { type Bounds, KafkaAdmin } from '../kafka/admin.ts';
import type { KafkaSettings } from '../kafka/client.ts';
import { patiently } from '../kafka/patiently.ts';
import { readTopic } from '../kafka/read-topic.ts';
import { BATCH_BYTES, type PlacedRecord } from '../kafka/record-placer.ts';
import type { AppendedBatch } from '../kafka/request-sender.ts';
import { type GroupOffset, TransactionalProducer } from '../kafka/transactional-producer.ts';
import { recordBytes, roomForRecords } from '../record-size.ts';

/** The group whose committed offsets say how far the export is, and the one transactional id of all runs. */
const EXPORT = 'khabar-bus-export';

/** A cluster that has just started has no coordinators for some seconds. */
const COORDINATOR_READY_MS = 15_000;
/** How long a broker may take to mark a transaction's end in every partition. */
const MARKS_MS = 15_000;

/** Beside a group's offset: the offset of the embedded log that it is for. */
const NOTE = /^khabar-bus-export (\d+)$/;

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

/** Where a group is in a partition. */
export interface GroupPosition {
  readonly group: string;
  readonly partition: number;
  /** The next offset of the embedded log. */
  readonly next: bigint;
  /** The same place in Kafka. */
  readonly kafkaNext: bigint;
}

/** The cluster that the log is exported to. */
export class KafkaTarget implements AsyncDisposable {
  readonly #settings: KafkaSettings;
  readonly #admin: KafkaAdmin;
  #producer: TransactionalProducer | null = null;

  constructor(brokers: readonly string[]) {
    this.#settings = { brokers, clientId: EXPORT };
    this.#admin = new KafkaAdmin(this.#settings);
  }

  /**
   * Becomes the one exporter: whatever an earlier run has left half done is undone or done by then, and should it still run it is fenced.
   * Only now is known how far it came.
   */
  async takeOver(): Promise<void> {
    this.#producer = await patiently(COORDINATOR_READY_MS, () => TransactionalProducer.open(this.#settings, EXPORT));
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

  /** Makes a topic where it is missing. */
  async prepare(topic: TopicDefinition): Promise<void> {
    await this.#admin.ensureTopics([topic]);
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
    const committed = await patiently(COORDINATOR_READY_MS, () => this.#admin.committed(EXPORT, topic));
    const progress = [...committed].map(([partition, { offset, metadata }]) => {
      return [partition, { next: offset, kafkaNext: BigInt(metadata) }] as const;
    });
    return new Map(progress);
  }

  /** Where the export has put a group, for as long as it stayed there: once it has committed something itself it is left alone. */
  async positions(group: string, topic: string): Promise<GroupPosition[]> {
    const committed = await patiently(COORDINATOR_READY_MS, () => this.#admin.committed(group, topic));
    return [...committed].flatMap(([partition, { offset, metadata }]) => {
      const next = NOTE.exec(metadata)?.[1];
      return next === undefined ? [] : [{ group, partition, next: BigInt(next), kafkaNext: offset }];
    });
  }

  /** Whether a partition has a record, other than of transactions that were undone, at or behind an offset. */
  async hasRecords(topic: string, partition: number, offset: bigint, signal: AbortSignal): Promise<boolean> {
    return (await this.offsetBehind(topic, partition, offset, 1n, signal)) !== null;
  }

  /** The offset behind so many records of a partition, of which the first is at `offset` or behind it; null when there are fewer. */
  async offsetBehind(
    topic: string,
    partition: number,
    offset: bigint,
    records: bigint,
    signal: AbortSignal,
  ): Promise<bigint | null> {
    let left = records;
    const from = { offsets: new Map([[partition, offset]]) };
    for await (const record of readTopic(this.#settings, this.#admin, topic, { from, follow: false, signal })) {
      left -= 1n;
      if (left === 0n) return record.offset + 1n;
    }
    signal.throwIfAborted();
    return null;
  }

  /**
   * Appends records to partitions of a topic, with the progress and where groups are, all or nothing.
   * @param nexts the next offset of the embedded log by partition, once this is written
   * @param positions is asked once it is known where the first record of each partition stands
   * @throws KhabarError `foreign-records` when somebody else writes too, or when it was not done; then the target is of no use any more
   */
  async write(
    { name, maxMessageBytes }: TopicDefinition,
    batches: ReadonlyMap<number, readonly TimedRecord[]>,
    nexts: ReadonlyMap<number, bigint>,
    positions: (bases: ReadonlyMap<number, bigint>) => {
      progress: ReadonlyMap<number, Progress>;
      groups: readonly GroupPosition[];
    },
  ): Promise<void> {
    const batchBytes = Math.min(BATCH_BYTES, roomForRecords(maxMessageBytes));
    const placed: PlacedRecord[] = [...batches].flatMap(([partition, records]) =>
      records.map(({ record, timestampMs }) => {
        return { record, topic: name, partition, bytes: recordBytes(record), batchBytes, timestampMs };
      }),
    );
    const first = [...nexts].map(([partition, offset]) => ({ group: EXPORT, topic: name, partition, offset }));
    await this.#producer!.commit(placed, first, (appended) => {
      const { progress, groups } = positions(basesOf(appended));
      const reached = [...progress].map(([partition, { next, kafkaNext }]) => {
        return { group: EXPORT, topic: name, partition, offset: next, note: String(kafkaNext) };
      });
      return [...reached, ...groups.map((each) => offsetOf(name, each))];
    });
  }

  /** Moves groups. */
  async moveGroups(topic: string, groups: readonly GroupPosition[]): Promise<void> {
    await this.#producer!.commit(
      [],
      groups.map((each) => offsetOf(topic, each)),
    );
  }

  /** Has the publishers of a log go on with the numbers behind theirs; one that is further here stays. Their numbers may stand at any topic. */
  async numberPublishers(topic: string, numbers: ReadonlyMap<string, bigint>): Promise<void> {
    const behind: GroupOffset[] = [];
    for (const [name, number] of numbers) {
      const there = await patiently(COORDINATOR_READY_MS, () => this.#admin.highestCommitted(name));
      if (there === null || there < number) behind.push({ group: name, topic, partition: 0, offset: number });
    }
    if (behind.length > 0) await this.#producer!.commit([], behind);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#producer?.close();
    await this.#admin.close();
  }
}

function offsetOf(topic: string, { group, partition, next, kafkaNext }: GroupPosition): GroupOffset {
  return { group, topic, partition, offset: kafkaNext, note: `khabar-bus-export ${next}` };
}

/** The first offset of each partition. @throws KhabarError `foreign-records` where its records do not stand one behind the other */
function basesOf(appended: readonly AppendedBatch[]): Map<number, bigint> {
  const bases = new Map<number, bigint>();
  for (const [partition, batches] of Map.groupBy(appended, (each) => each.partition)) {
    let next = batches[0]!.firstOffset;
    bases.set(partition, next);
    for (const { topic, firstOffset, recordCount } of batches) {
      if (firstOffset !== next) {
        throw new KhabarError(
          'foreign-records',
          `Somebody else writes to ${topic}, partition ${partition}: stop it first`,
        );
      }
      next += BigInt(recordCount);
    }
  }
  return bases;
}
