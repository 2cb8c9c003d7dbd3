import {
  type CloudEvent,
  type DeadLetterReason,
  EVENTS,
  type EventType,
  KhabarError,
  type SettledAs,
  TOPICS,
  type TopicDefinition,
  deadLetterTopic,
  encodeEvent,
  toKhabarError,
} from '@khabar/contracts';
import { BytesInFlight } from './bytes-in-flight.ts';
import { type Sending, consumeWith } from './consume.ts';
import { deadLetterOf, markerOf, originalOf } from './dead-letters.ts';
import type { Driver, OutgoingRecord } from './driver.ts';
import type { NumberedPublisher } from './numbered-publisher.ts';
import { largestRecordBatchBytes } from './record-size.ts';
import { reportPublished } from './report-published.ts';
import { systemOf, traceSending } from './trace.ts';

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
  /** Only a log that other programs write to has them. */
  readonly foreign?: ForeignParts;
}

/** What text cannot hold of a record that another program wrote; it travels along, so that a dead letter is byte for byte what came. */
export interface ForeignParts {
  /** A key that is not UTF-8. */
  readonly key?: Buffer;
  /** Headers that are not one UTF-8 text each: other bytes, or several of one name. They take the place of those of their names. */
  readonly headers?: Readonly<Record<string, readonly Buffer[]>>;
}

/**
 * Where {@link Bus.read} begins: at the oldest record, behind the newest one, at the first appended at or after an instant (ms since
 * epoch), or so many records before the end of each partition, by the end that it has when the reading begins; or at an offset in each
 * partition that is named, of which alone it then reads what is there already.
 */
export type ReadFrom =
  | 'beginning'
  | 'end'
  | { readonly sinceMs: number }
  | { readonly last: number }
  | { readonly offsets: ReadonlyMap<number, bigint> };

/** One topic as it is. */
export interface TopicState {
  readonly name: string;
  readonly partitions: readonly {
    readonly partition: number;
    readonly startOffset: bigint;
    readonly endOffset: bigint;
  }[];
  /** In milliseconds; null where the driver does not say. */
  readonly retentionMs: number | null;
  readonly maxMessageBytes: number | null;
  /** Kafka's `compression.type`: `producer` where records stay as they were sent. Null where the driver does not say. */
  readonly compression: string | null;
}

/** How far one group is in one topic, where it has a member or has committed. */
export interface GroupState {
  readonly group: string;
  readonly topic: string;
  readonly members: number;
  /** Events behind the end, over all partitions. */
  readonly lag: bigint;
  /** Every partition of the topic, in order. */
  readonly partitions: readonly PartitionLag[];
}

/** How far one group is in one partition. */
export interface PartitionLag {
  readonly partition: number;
  /** The next offset to be handled, by what is committed and still there. */
  readonly nextOffset: bigint;
  /** Events from there to the end. */
  readonly lag: bigint;
  /**
   * When the first of them was appended, RFC 3339 UTC; null when there is none. Kafka is asked for it by time, so there it may be
   * early by a second or a twentieth of its age.
   */
  readonly waitingSince: string | null;
}

/** A dead letter that could not be settled, and why. */
export interface Unsettled {
  readonly letter: StoredRecord;
  readonly error: KhabarError;
}

/** Whether the bus works, in words for a health endpoint. */
export interface BusHealth {
  readonly up: boolean;
  readonly detail: string;
}

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
/**
 * The face of both drivers. Its promises:
 * - `publish` resolves when every event is durable, and rejects when any may not be; repeating it may repeat events, under the same ids.
 * - Events of one key keep their order of publishing as long as one `publish` follows the other.
 * - A handler sees each event of its group's topics at least once, from the beginning of the topic when the group is new.
 * - An offset is committed only behind events that are done or are durable dead letters, up to the first that is neither.
 * - What cannot be decoded, has an unknown version or does not belong on its topic becomes a dead letter byte for byte, without a
 *   handler seeing it.
 *
 * In Nest it is its own injection token.
 */
export class Bus implements AsyncDisposable {
  readonly #driver: Driver;
  readonly #settings: BusSettings;
  readonly #listener: BusListener;
  readonly #topicOfEvent: ReadonlyMap<EventType, TopicDefinition>;
  readonly #subscriptions = new Set<Subscription>();
  readonly #opening = new Set<Promise<unknown>>();
  readonly #publishers = new Set<NumberedPublisher>();
  readonly #readers = new AbortController();
  readonly #toDriver = (records: readonly OutgoingRecord[]): Promise<void> => this.#driver.send(records);
  readonly #inFlight: BytesInFlight;
  #closing: Promise<void> | null = null;
  #closed = false;

  constructor(driver: Driver, settings: BusSettings, listener: BusListener = {}) {
    this.#driver = driver;
    this.#settings = settings;
    this.#listener = listener;
    this.#inFlight = new BytesInFlight(settings.maxBytesInFlight);
    this.#topicOfEvent = new Map(
      (settings.topics ?? TOPICS).flatMap((topic) => (topic.event === null ? [] : [[topic.event, topic]])),
    );
  }

  /** Creates the topics that are missing; existing ones stay as they are. */
  ensureTopics(topics: readonly TopicDefinition[]): Promise<void> {
    return this.#driver.ensureTopics(topics);
  }

  /**
   * Puts each event on the topic of its type, under its subject as key.
   * @throws KhabarError `invalid-event`, `record-too-large` or `no-topic` before anything was sent, `bus-closed`, or with `dependency`
   * when the log is away.
   */
  publish(events: readonly CloudEvent[]): Promise<void> {
    return this.#publish(events, this.#toDriver);
  }

  /**
   * A publisher of numbered batches; it takes over from whoever publishes under that name.
   * @throws KhabarError `bus-closed`, or with `dependency` when the log is away
   */
  async numberedPublisher(name: string): Promise<NumberedPublisher> {
    return this.#unlessClosed(() => this.#openPublisher(name));
  }

  async #openPublisher(name: string): Promise<NumberedPublisher> {
    const sender = await this.#driver.numberedSender(name);
    let last = sender.last;
    let closing: Promise<void> | null = null;
    const publisher: NumberedPublisher = {
      get last() {
        return last;
      },
      publish: async (number, events) => {
        if (events.length === 0) throw new RangeError('A batch without events');
        if (number < 0n || (last !== null && number <= last)) throw new RangeError(`${number} does not follow ${last}`);
        await this.#publish(events, (records) => sender.send(number, records));
        last = number;
      },
      close: () => (closing ??= sender.close().finally(() => this.#publishers.delete(publisher))),
    };
    this.#publishers.add(publisher);
    return publisher;
  }

  /** What is opened while the bus begins to close is closed with it. */
  async #unlessClosed<O>(open: () => Promise<O>): Promise<O> {
    if (this.#closing) throw closed();
    const opening = open();
    this.#opening.add(opening);
    try {
      const opened = await opening;
      if (!this.#closing) return opened;
    } finally {
      this.#opening.delete(opening);
    }
    throw closed();
  }

  async #publish(
    events: readonly CloudEvent[],
    send: (records: readonly OutgoingRecord[]) => Promise<void>,
  ): Promise<void> {
    const sendings: Sending[] = [];
    try {
      for (const event of events) sendings.push(this.#prepare(event));
      await this.#send(
        sendings.map(({ record }) => record),
        send,
      );
      for (const sending of sendings) sending.end();
    } catch (error) {
      for (const sending of sendings) sending.end(error);
      throw error;
    }
  }

  /**
   * Puts an event that never was on `topic` among that topic's dead letters; resolves when it is durable.
   * @throws KhabarError as `publish` does.
   */
  async reject(
    topic: TopicDefinition,
    event: CloudEvent,
    reason: Omit<DeadLetterReason, 'service' | 'version' | 'origin'>,
  ): Promise<void> {
    const { service, version } = this.#settings;
    const full = { ...reason, service, version, origin: null };
    await this.#send([deadLetterOf(topic, this.#encode(deadLetterTopic(topic), event), full)]);
    this.#listener.deadLettered?.(topic.name, event.subject, full);
  }

  /**
   * Settles dead letters: with `replayed` each is put back, byte for byte, on the topic that it came from, and once that is durable it
   * is marked. Resolves with those that could not be put back, and stay as they are: `not-replayable` where one never was on its topic.
   * Repeated after a failure it may put letters back twice.
   * @throws KhabarError with `dependency` when the log is away, or `bus-closed`
   */
  async settle(letters: readonly StoredRecord[], as: SettledAs): Promise<readonly Unsettled[]> {
    const unsettled: Unsettled[] = as === 'replayed' ? await this.#putBack(letters) : [];
    const failed = new Set(unsettled.map(({ letter }) => letter));
    const at = new Date().toISOString();
    await this.#send(letters.filter((letter) => !failed.has(letter)).map((letter) => markerOf(letter, as, at)));
    return unsettled;
  }

  async #putBack(letters: readonly StoredRecord[]): Promise<Unsettled[]> {
    const unsettled: Unsettled[] = [];
    const originals: { letter: StoredRecord; record: OutgoingRecord }[] = [];
    for (const letter of letters) {
      try {
        originals.push({ letter, record: originalOf(letter) });
      } catch (thrown) {
        unsettled.push({ letter, error: toKhabarError(thrown) });
      }
    }
    try {
      await this.#send(originals.map(({ record }) => record));
    } catch (thrown) {
      if (toKhabarError(thrown).dependency) throw thrown;
      // one of them is at fault; it must not keep its neighbours
      if (originals.length > 1) {
        for (const { letter } of originals) unsettled.push(...(await this.#putBack([letter])));
      } else unsettled.push(...originals.map(({ letter }) => ({ letter, error: toKhabarError(thrown) })));
    }
    return unsettled;
  }

  /** Begins to consume; resolves when the group has been joined. */
  async subscribe<T extends EventType>(request: SubscriptionRequest<T>): Promise<Subscription> {
    return this.#unlessClosed(() => this.#join(request));
  }

  async #join<T extends EventType>(request: SubscriptionRequest<T>): Promise<Subscription> {
    const { batchMaxEvents, batchMaxBytes, maxBytesInFlight } = this.#settings;
    const running = await this.#driver.consume({
      topic: request.topic,
      group: request.group,
      maxEvents: batchMaxEvents,
      // all partitions together may be read once, at first, within half of what may be in flight
      maxBytes: Math.min(batchMaxBytes, Math.ceil(maxBytesInFlight / 2 / request.topic.partitions)),
      transactions: this.#settings.transactions,
      begin: consumeWith(request, {
        settings: this.#settings,
        listener: this.#listener,
        inFlight: this.#inFlight,
        outlet: {
          prepare: (event) => this.#prepare(event),
          send: (records) => this.#sendAndReport(records),
          report: (records) => reportPublished(records, this.#driver, this.#listener),
        },
      }),
      onDisturbance: (what, error) => this.#listener.disturbed?.(what, error),
    });
    let closing: Promise<void> | null = null;
    const subscription: Subscription = {
      close: () => (closing ??= running.close().finally(() => this.#subscriptions.delete(subscription))),
    };
    this.#subscriptions.add(subscription);
    return subscription;
  }

  /**
   * Records as they stand, without a group, until the signal aborts or the bus closes; with `follow: false` until the end as it was at
   * the start.
   */
  read(topic: string, options: { from: ReadFrom; follow: boolean; signal: AbortSignal }): AsyncIterable<StoredRecord> {
    return this.#driver.read(topic, { ...options, signal: AbortSignal.any([options.signal, this.#readers.signal]) });
  }

  /** The topics of this bus that exist, dead letters included. */
  topics(): Promise<TopicState[]> {
    const topics = [...this.#topicOfEvent.values()].flatMap((topic) => [topic.name, deadLetterTopic(topic).name]);
    return this.#driver.topics(topics);
  }

  /** How far each group is in each topic where it has a member or has committed. */
  groups(groups: readonly string[], topics: readonly string[]): Promise<GroupState[]> {
    return this.#driver.groups(groups, topics);
  }

  /**
   * Forgets how far a group is, so that it neither holds back the pruning of the embedded log nor shows a lag; should it come again, it
   * begins at the beginning. False, and nothing forgotten, while it has a member.
   */
  forgetGroup(group: string): Promise<boolean> {
    return this.#driver.forgetGroup(group);
  }

  /** Whether the log answers and every consumer is at work. */
  health(): Promise<BusHealth> {
    return this.#driver.health();
  }

  /** Closes subscriptions, sends what is in hand, leaves. Idempotent. */
  close(): Promise<void> {
    return (this.#closing ??= this.#closeAll());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #closeAll(): Promise<void> {
    this.#readers.abort();
    await Promise.allSettled(this.#opening);
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.close()));
    this.#closed = true;
    await Promise.all([...this.#publishers].map((publisher) => publisher.close()));
    await this.#driver.close();
  }

  #prepare(event: CloudEvent): Sending {
    const topic = this.#topicOfEvent.get(event.type);
    if (topic === undefined) throw new KhabarError('no-topic', `No topic is for events of type ${event.type}`);
    const sending = traceSending(systemOf(this.#settings), topic, event);
    try {
      return { record: this.#encode(topic, sending.event), end: sending.end };
    } catch (error) {
      sending.end(error);
      throw error;
    }
  }

  #encode(topic: TopicDefinition, event: CloudEvent): OutgoingRecord & { value: Buffer } {
    EVENTS[event.type].validator.assert(event.data);
    const record = { topic: topic.name, key: event.subject, ...encodeEvent(event) };
    const bytes = largestRecordBatchBytes(record);
    if (bytes > topic.maxMessageBytes) {
      throw new KhabarError(
        'record-too-large',
        `An event of ${bytes} bytes is larger than ${topic.name} allows (${topic.maxMessageBytes})`,
      );
    }
    return record;
  }

  async #send(records: readonly OutgoingRecord[], send = this.#toDriver): Promise<void> {
    if (this.#closed) throw closed();
    if (records.length > 0) await this.#sendAndReport(records, send);
  }

  async #sendAndReport(records: readonly OutgoingRecord[], send = this.#toDriver): Promise<void> {
    await send(records);
    reportPublished(records, this.#driver, this.#listener);
  }
}

function closed(): KhabarError {
  return new KhabarError('bus-closed', 'The bus is closed', { dependency: true });
}
