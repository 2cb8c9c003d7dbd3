import type { CloudEvent, EventType, KhabarError, TopicDefinition } from '@khabar/contracts';

/** One event as a handler gets it. */
export interface ReceivedEvent<T extends EventType = EventType> {
  /** Where traces are on its `traceparent` names the handling of it: what is made of it carries that on. */
  readonly event: CloudEvent<T>;
  /** Record key: the entity's id. */
  readonly key: string;
  readonly offset: bigint;
  /** Which try this is, from 1; that of a batch that threw, and waits for a dependency, are not counted. */
  readonly attempt: number;
  /** Size of the record's value in bytes. */
  readonly bytes: number;
}

/** Events of one partition in order of offset: never empty, and without events whose key has an earlier one that still waits for a retry. */
export interface Batch<T extends EventType = EventType> {
  readonly topic: string;
  readonly partition: number;
  readonly events: readonly ReceivedEvent<T>[];
  /**
   * Aborts when the partition was taken away, or when the subscription closes. A handler may heed it and throw: its events come again.
   * What it finishes all the same is committed, unless the partition is another's by then.
   */
  readonly signal: AbortSignal;
}

/**
 * The event is done once these are durable, each on the topic of its type. One that is invalid or too large makes a dead letter of the
 * event that it came of, and of no other.
 */
export interface Produced {
  readonly publish: readonly CloudEvent[];
}

/**
 * What became of one event of a batch. A retriable error is tried again until the tries are used up, one with `dependency` (a database
 * that is down) for as long as it takes; any other is a dead letter.
 */
export type Outcome = 'done' | Produced | KhabarError;

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
  /** Most batches that the handler has in hand at once, each of another partition; one of each unless told. */
  readonly batchesAtOnce?: number | undefined;
}

/** One running consumer. */
export interface Subscription {
  /** Takes no more, finishes and commits the batch at hand, leaves the group. */
  close(): Promise<void>;
}
