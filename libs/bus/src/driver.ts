import type { TopicDefinition } from '@khabar/contracts';
import type { Subscription } from './handling.ts';
import type { BusHealth, ForeignParts, GroupState, ReadFrom, StoredRecord, TopicState } from './log-state.ts';

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

/** A partition that is now ours, as a driver hands it over. */
export interface OwnPartition {
  readonly partition: number;
  /**
   * Everything below `nextOffset` is done. With outputs, these and the commit become durable together or not at all; after a rejection
   * it may be repeated with the same arguments. Does nothing once the partition is no longer ours.
   * @throws KhabarError when it cannot be made now, or an output is refused for good
   */
  commit(nextOffset: bigint, outputs?: readonly OutgoingRecord[]): Promise<void>;
}

/** The work on a partition, for as long as it is ours. Nothing of it rejects. */
export interface PartitionWork {
  /** Takes the next records in order of offset. Resolves when there is room for more, or when there will be no more of it. */
  take(records: readonly ConsumedRecord[]): Promise<void>;
  /** Begins nothing new; resolves when what is with the handler is through, and all that is done is committed, if it can be. */
  finish(): Promise<void>;
  /** As `finish`, and tells the handler to stop. */
  stop(): Promise<void>;
  /** As `stop`, but the partition is another's: commits nothing any more. */
  lose(): Promise<void>;
}

/** What a driver is asked to consume. Partitions do not wait for each other. */
export interface ConsumeRequest {
  readonly topic: TopicDefinition;
  readonly group: string;
  /** Most that is read at once of one partition; a record larger than `maxBytes` is read alone. */
  readonly maxEvents: number;
  readonly maxBytes: number;
  /** Whether commits come with outputs. */
  readonly transactions: boolean;
  /** Begins the work on a partition that became ours; one that comes back begins anew, when the work of before is through. */
  readonly begin: (partition: OwnPartition) => PartitionWork;
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
  /**
   * Takes headers and value from the records of these keys; see `isErased`. False, and nothing done, where records cannot be changed:
   * there they go when the topic's retention is over.
   */
  erase(topic: string, keys: readonly string[], sinceMs: number): Promise<boolean>;
  health(): Promise<BusHealth>;
  /** Called once, when no subscription is left: sends what is in hand and lets every timer and socket go. */
  close(): Promise<void>;
}
