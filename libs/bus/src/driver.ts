import type { TopicDefinition } from '@khabar/contracts';
import type { BusHealth, ForeignParts, GroupState, ReadFrom, StoredRecord, Subscription, TopicState } from './bus.ts';

/** A record on its way out; the partition follows from the key alone (`partition.ts`), in both drivers alike. */
export interface OutgoingRecord {
  readonly topic: string;
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Buffer | null;
  readonly foreign?: ForeignParts;
}

/** A record as a consumer gets it. */
export type ConsumedRecord = StoredRecord;

/** Records of one partition in order of offset, never empty, of which the consumer may commit as it goes. */
export interface RecordBatch {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly ConsumedRecord[];
  /**
   * Aborts when the partition is no longer ours, or when the subscription closes: then what is under way is finished and may still be
   * committed until `onBatch` returns, but nothing new begins.
   */
  readonly signal: AbortSignal;
  /** Everything below `nextOffset` is done. Does nothing once the partition is no longer ours; rejects when the commit cannot be made now. */
  commit(nextOffset: bigint): Promise<void>;
}

/**
 * What a driver is asked to consume. `onBatch` never rejects; the next batch of the partition comes after it returned. Partitions do
 * not wait for each other. Unless its signal aborted, a batch that returned has been committed to its end.
 */
export interface ConsumeRequest {
  readonly topic: TopicDefinition;
  readonly group: string;
  /** Largest batch. A record larger than `maxBytes` is a batch of its own. */
  readonly maxEvents: number;
  readonly maxBytes: number;
  readonly onBatch: (batch: RecordBatch) => Promise<void>;
  /** A consumer broke and is built anew, or the log is away. */
  readonly onDisturbance: (what: string, error: unknown) => void;
}

/** What a `NumberedPublisher` stands on; numbers rise, a batch is never empty, and one is sent after the other. */
export interface NumberedSender {
  readonly last: bigint | null;
  /** @throws KhabarError `fenced`, a dependency, when another sender of the name was opened */
  send(number: bigint, records: readonly OutgoingRecord[]): Promise<void>;
  close(): Promise<void>;
}

/**
 * What Kafka and the embedded log do each in their own way; encoding, retries, dead letters and the order of commits are not among it.
 * What cannot be done because the log is away rejects with a KhabarError with `dependency`; a topic that does not exist with `unknown-topic`.
 */
export interface Driver {
  ensureTopics(topics: readonly TopicDefinition[]): Promise<void>;
  /** Resolves when all are durable. Records of one key and call keep their order. */
  send(records: readonly OutgoingRecord[]): Promise<void>;
  /** Takes over the name from whoever sends under it. */
  numberedSender(name: string): Promise<NumberedSender>;
  /** How many partitions a topic has by which the last records to it were placed; null when none were sent yet. */
  partitionCount(topic: string): number | null;
  /** Resolves when the consumer has joined its group; later disturbances are its own to mend. */
  consume(request: ConsumeRequest): Promise<Subscription>;
  read(topic: string, options: { from: ReadFrom; follow: boolean; signal: AbortSignal }): AsyncIterable<StoredRecord>;
  /** Those of the named topics that exist. */
  topics(names: readonly string[]): Promise<TopicState[]>;
  /** Each group in each topic where it has a member or has committed. */
  groups(groups: readonly string[], topics: readonly string[]): Promise<GroupState[]>;
  /** Forgets how far a group is; false, and nothing forgotten, where it has a member. */
  forgetGroup(group: string): Promise<boolean>;
  health(): Promise<BusHealth>;
  /** Called once, when no subscription is left: sends what is in hand and lets every timer and socket go. */
  close(): Promise<void>;
}
