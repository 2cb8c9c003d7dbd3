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
  isErased,
  toKhabarError,
} from '@khabar/contracts';
import { BytesInFlight, readAtOnce } from './bytes-in-flight.ts';
import { consumeWith } from './consume.ts';
import type { Sending } from './outlet.ts';
import { deadLetterOf, markerOf, originalOf } from './dead-letters.ts';
import type { Driver, OutgoingRecord } from './driver.ts';
import type { Subscription, SubscriptionRequest } from './handling.ts';
import type { BusHealth, GroupState, ReadFrom, StoredRecord, TopicState, Unsettled } from './log-state.ts';
import type { NumberedPublisher } from './numbered-publisher.ts';
import { largestRecordBatchBytes } from './record-size.ts';
import { reportPublished } from './report-published.ts';
import type { BusListener, BusSettings } from './settings.ts';
import { systemOf, traceSending } from './trace.ts';

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
    const { batchMaxEvents } = this.#settings;
    const running = await this.#driver.consume({
      topic: request.topic,
      group: request.group,
      maxEvents: batchMaxEvents,
      // all partitions together may be read once, at first, within half of what may be in flight
      maxBytes: readAtOnce(this.#settings, request.topic.partitions),
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
   * the start. What was erased is passed over.
   */
  async *read(
    topic: string,
    options: { from: ReadFrom; follow: boolean; signal: AbortSignal },
  ): AsyncGenerator<StoredRecord, void, undefined> {
    const signal = AbortSignal.any([options.signal, this.#readers.signal]);
    for await (const record of this.#driver.read(topic, { ...options, signal })) if (!isErased(record)) yield record;
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

  /**
   * Has the log forget what events of these keys say, for good: a consumer that comes to their places passes over them. False where it
   * cannot, as with Kafka, and the topic's retention alone will end them. What is published later is not touched; nor, for it costs to go
   * through a topic, what was appended before `sinceMs` (since epoch).
   * @throws KhabarError `unknown-topic`, or with `dependency` when the log is away
   */
  erase(topic: string, keys: readonly string[], sinceMs = 0): Promise<boolean> {
    return this.#driver.erase(topic, keys, sinceMs);
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
