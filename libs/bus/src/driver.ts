import type { TopicDefinition } from '@khabar/contracts';
import type { BusHealth, GroupState, ReadFrom, StoredRecord, Subscription, TopicState } from './bus.ts';

/** A record on its way out; the partition follows from the key by murmur2, in both drivers alike. */
export interface OutgoingRecord {
  readonly topic: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Buffer;
}

/** Records of one partition, of which the consumer may commit as it goes. */
export interface RecordBatch {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly StoredRecord[];
  /** Aborts when the partition is no longer ours or the consumer stops. */
  readonly signal: AbortSignal;
  /** Everything below `nextOffset` is done. Does nothing once the partition is no longer ours; rejects when the commit cannot be made now. */
  commit(nextOffset: bigint): Promise<void>;
}

/** What a driver is asked to consume. `onBatch` never rejects; the next batch of the partition comes after it returned. */
export interface ConsumeRequest {
  readonly topic: TopicDefinition;
  readonly group: string;
  readonly maxEvents: number;
  readonly maxBytes: number;
  readonly onBatch: (batch: RecordBatch) => Promise<void>;
  /** A consumer broke and is built anew, or the log is away. */
  readonly onDisturbance: (what: string, error: unknown) => void;
}

/** What Kafka and the embedded log do each in their own way; encoding, retries, dead letters and the order of commits are not among it. */
export interface Driver {
  ensureTopics(topics: readonly TopicDefinition[]): Promise<void>;
  /** Resolves when all are durable. */
  send(records: readonly OutgoingRecord[]): Promise<void>;
  consume(request: ConsumeRequest): Promise<Subscription>;
  read(topic: string, options: { from: ReadFrom; follow: boolean; signal: AbortSignal }): AsyncIterable<StoredRecord>;
  topics(): Promise<TopicState[]>;
  groups(groups: readonly string[], topics: readonly string[]): Promise<GroupState[]>;
  health(): Promise<BusHealth>;
  close(): Promise<void>;
}
