import type { DeadLetterReason, KhabarError, TopicDefinition } from '@khabar/contracts';

/** What happens on the bus, reported to whoever counts and logs; the bus itself knows no logger. No report may throw. */
export interface BusListener {
  /** Records are durable in a partition: events and dead letters alike. */
  published?(topic: string, partition: number, events: number, bytes: number): void;
  /** A handler had a batch for so many seconds, whatever came of it. */
  handled?(topic: string, partition: number, events: number, seconds: number): void;
  /** Events are done. */
  consumed?(topic: string, partition: number, events: number, bytes: number): void;
  /** A try failed; the next one comes after `delayMs`. */
  retrying?(
    topic: string,
    partition: number,
    subject: string,
    attempt: number,
    delayMs: number,
    error: KhabarError,
  ): void;
  /** An event was given up, and its dead letter is durable; the reason tells of which partition it was. */
  deadLettered?(topic: string, subject: string, reason: DeadLetterReason): void;
  /** A consumer broke and is built anew, or the broker is away. */
  disturbed?(what: string, error: unknown): void;
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
  /** Bytes of records that may be taken from the log and not yet be settled, over all subscriptions. */
  readonly maxBytesInFlight: number;
  /** How long an event waits for others to travel with to Kafka, in milliseconds; what makes a full batch by itself does not wait. */
  readonly lingerMs: number;
  /**
   * What an event produces, and its dead letter, become durable in one transaction with the commit of its offset: each exactly once for
   * who reads committed records. A partition is then worked on strictly in order.
   */
  readonly transactions: boolean;
  /** The topics to publish to, by event type; those of the contracts unless told. */
  readonly topics?: readonly TopicDefinition[];
}
