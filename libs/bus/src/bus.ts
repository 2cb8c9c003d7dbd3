import type { CloudEvent, DeadLetterReason, EventType, KhabarError, TopicDefinition } from '@khabar/contracts';

/** One event as a handler gets it. */
export interface ReceivedEvent<T extends EventType = EventType> {
  readonly event: CloudEvent<T>;
  /** Record key: the entity's id. */
  readonly key: string;
  readonly offset: bigint;
  /** Which try this is, from 1. */
  readonly attempt: number;
  /** Size of the record's value in bytes. */
  readonly bytes: number;
}

/** Events of one partition in order of offset: never empty, and no key stands in it behind an event of its key that still waits for a retry. */
export interface Batch<T extends EventType = EventType> {
  readonly topic: string;
  readonly partition: number;
  readonly events: readonly ReceivedEvent<T>[];
  /** Aborts when the partition was taken away or the bus stops: what is finished afterwards is not committed. */
  readonly signal: AbortSignal;
}

/** What became of one event of a batch. A retriable error is tried again, any other is a dead letter. */
export type Outcome = 'done' | KhabarError;

/**
 * Handles a batch. To return means that the effect of each event that is `done` is durable; nothing stands for all done.
 * To throw means that nothing is known of any: the events are then tried one by one, so that one cannot take its neighbours along.
 */
export type BatchHandler<T extends EventType = EventType> = (batch: Batch<T>) => Promise<readonly Outcome[] | void>;

/** What a group wants to hear of a topic. */
export interface SubscriptionRequest<T extends EventType = EventType> {
  readonly topic: TopicDefinition;
  readonly group: string;
  readonly handle: BatchHandler<T>;
}

/** One running consumer. */
export interface Subscription {
  /** Takes no more, finishes and commits the batch at hand, leaves the group. */
  close(): Promise<void>;
}

/** A record as it stands in a topic, for those who look and do not consume. */
export interface StoredRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** When it was appended, RFC 3339 UTC. */
  readonly appendedAt: string;
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Buffer | null;
}

/** Where {@link Bus.read} begins: at the oldest record, behind the newest one, or at the first appended at or after an instant (ms since epoch). */
export type ReadFrom = 'beginning' | 'end' | { readonly sinceMs: number };

/** One topic as it is. */
export interface TopicState {
  readonly name: string;
  readonly partitions: readonly { readonly partition: number; readonly startOffset: bigint; readonly endOffset: bigint }[];
  /** In milliseconds; null where the driver does not say. */
  readonly retentionMs: number | null;
  readonly maxMessageBytes: number | null;
}

/** How far one group is in one topic. */
export interface GroupState {
  readonly group: string;
  readonly topic: string;
  readonly members: number;
  /** Events behind the end, over all partitions. */
  readonly lag: bigint;
}

/** Whether the bus works, in words for a health endpoint. */
export interface BusHealth {
  readonly up: boolean;
  readonly detail: string;
}

/** What happens on the bus, reported to whoever counts and logs; the bus itself knows no logger. */
export interface BusListener {
  published?(topic: string, events: number, bytes: number): void;
  /** `seconds` is the handler's time for the batch. */
  consumed?(topic: string, partition: number, events: number, bytes: number, seconds: number): void;
  retrying?(topic: string, subject: string, attempt: number, delayMs: number, error: KhabarError): void;
  deadLettered?(topic: string, subject: string, reason: DeadLetterReason): void;
  /** A consumer broke and is built anew, or the broker is away. */
  disturbed?(what: string, error: unknown): void;
}

/**
 * The face of both drivers. Its promises:
 * - `publish` resolves when every event is durable, and rejects when any may not be; repeating it may repeat events, under the same ids.
 * - Events of one key keep their order of publishing as long as one `publish` follows the other.
 * - A handler sees each event of its group's topics at least once, from the beginning of the topic when the group is new.
 * - An offset is committed only behind events that are done or are durable dead letters, up to the first that is neither.
 * - What cannot be decoded, or has an unknown version, becomes a dead letter byte for byte, without a handler seeing it.
 */
export interface Bus extends AsyncDisposable {
  /** Creates the topics that are missing; existing ones stay as they are. */
  ensureTopics(topics: readonly TopicDefinition[]): Promise<void>;
  publish(events: readonly CloudEvent[]): Promise<void>;
  /** Puts an event that never was on `topic` among that topic's dead letters; resolves when it is durable. */
  reject(topic: TopicDefinition, event: CloudEvent, reason: Omit<DeadLetterReason, 'service' | 'version' | 'origin'>): Promise<void>;
  subscribe<T extends EventType>(request: SubscriptionRequest<T>): Promise<Subscription>;
  /** Records as they stand, without a group, until the signal aborts; with `follow: false` until the end as it was at the start. */
  read(topic: string, options: { from: ReadFrom; follow: boolean; signal: AbortSignal }): AsyncIterable<StoredRecord>;
  topics(): Promise<TopicState[]>;
  groups(groups: readonly string[], topics: readonly string[]): Promise<GroupState[]>;
  health(): Promise<BusHealth>;
  /** Closes subscriptions, sends what is in hand, leaves. Idempotent. */
  close(): Promise<void>;
}

/** How the bus is reached and how patient it is. */
export interface BusSettings {
  /** Name and version of the service, for dead letters and client ids. */
  readonly service: string;
  readonly version: string;
  /** `host:port` list; null chooses the embedded driver. */
  readonly kafkaBrokers: readonly string[] | null;
  /** Postgres of the embedded driver; null where Kafka is used. */
  readonly databaseUrl: string | null;
  /** Tries before an event's own retriable fault makes it a dead letter. */
  readonly maxAttempts: number;
  /** First pause before a retry in milliseconds; it doubles up to `retryMaxMs`, with jitter. */
  readonly retryBaseMs: number;
  readonly retryMaxMs: number;
  /** Largest batch handed to a handler, in events and in bytes. */
  readonly batchMaxEvents: number;
  readonly batchMaxBytes: number;
}
