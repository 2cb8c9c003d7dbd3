import { Partitioners, type Producer } from 'kafkajs';
import type { OutgoingRecord } from '../driver.ts';
import { type KafkaSettings, disconnect, kafkaError, newClient } from './client.ts';
import { takeRequest } from './cut-requests.ts';
import { BATCH_BYTES, type PlacedRecord, type RecordPlacer } from './record-placer.ts';
import { REQUEST_LIMITS, RequestSender } from './request-sender.ts';

/** So many records are worth a request of their own: more in one hardly make any of them cheaper. */
const ENOUGH_RECORDS = 100;
/** How much may wait to be sent, in bytes; whoever comes with more waits for its turn. */
const WAITING_MAX_BYTES = 16 * 1024 * 1024;

/** One `send` that waits for its records to be durable. */
interface Send {
  left: number;
  failed: boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface Waiting extends PlacedRecord {
  readonly send: Send;
  readonly sinceMs: number;
}

/**
 * Sends records durably (acks of all in-sync replicas, idempotent), one request after the other. What comes while one is under way, or
 * within the time it lingers, travels together.
 *
 * kafkajs 2.2.4 loses acknowledged records: when one batch of a request is refused, it forgets that the others were taken, gives their
 * sequence numbers out once more, and the broker answers the next records as duplicates of the last. So no batch is cut that
 * could be refused, and a producer is thrown away after any failure.
 */
export class KafkaSender {
  readonly #settings: KafkaSettings;
  readonly #placer: RecordPlacer;
  readonly #lingerMs: number;
  /** Sends that look up their topics first; they are in hand, too. */
  readonly #learning = new Set<Promise<void>>();
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  /** Ends when those that came earlier have found room among the waiting. */
  #entrance: Promise<unknown> = Promise.resolve();
  #entering = 0;
  #leave: () => void = () => undefined;
  #working: Promise<void> | null = null;
  #fill: () => void = () => undefined;
  /** What has waited since then or longer waits no more, by `performance.now()`. */
  #dueSinceMs = -Infinity;
  #closing = false;
  #producer: { readonly kafka: Producer; readonly requests: RequestSender } | null = null;

  /** `lingerMs`: how long a record waits for others to travel with, 0 for not at all. */
  constructor(settings: KafkaSettings, placer: RecordPlacer, lingerMs: number) {
    this.#settings = settings;
    this.#placer = placer;
    this.#lingerMs = lingerMs;
  }

  /**
   * Resolves when all records are durable.
   * @throws KhabarError `record-too-large`, `unknown-topic`, `broker-unavailable`: then any of the records may be durable or not
   */
  async send(records: readonly OutgoingRecord[]): Promise<void> {
    if (records.length === 0) return;
    while (!this.#placer.knows(records)) {
      const learning = this.#placer.learn(records);
      this.#learning.add(learning);
      try {
        await learning;
      } finally {
        this.#learning.delete(learning);
      }
    }
    const placed = this.#placer.place(records);
    const bytes = placed.reduce((sum, each) => sum + each.bytes, 0);
    if (this.#entering > 0 || !this.#hasRoom(bytes)) await this.#enter(bytes);
    else this.#waitingBytes += bytes;
    await new Promise<void>((resolve, reject) => {
      const send: Send = { left: placed.length, failed: false, resolve, reject };
      const sinceMs = performance.now();
      for (const each of placed) this.#waiting.push({ ...each, send, sinceMs });
      this.#working ??= this.#work();
      if (this.#waitingBytes >= BATCH_BYTES || this.#waiting.length >= ENOUGH_RECORDS) {
        this.#dueSinceMs = sinceMs;
        this.#fill();
      }
    });
  }

  /** Sends what waits, at once. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#fill();
    while (this.#learning.size > 0 || this.#entering > 0 || this.#working) {
      await Promise.allSettled([...this.#learning, this.#entrance, this.#working]);
    }
    await this.#discard();
  }

  #hasRoom(bytes: number): boolean {
    return this.#waitingBytes === 0 || this.#waitingBytes + bytes <= WAITING_MAX_BYTES;
  }

  async #enter(bytes: number): Promise<void> {
    this.#entering += 1;
    const turn = this.#entrance.then(async () => {
      while (!this.#hasRoom(bytes)) await new Promise<void>((resolve) => (this.#leave = resolve));
      this.#waitingBytes += bytes;
      this.#entering -= 1;
    });
    this.#entrance = turn;
    await turn;
  }

  async #work(): Promise<void> {
    await null; // whoever sends in the same turn travels along
    while (this.#waiting.length > 0) {
      await this.#linger();
      const { cuts, left } = takeRequest(this.#waiting, REQUEST_LIMITS);
      this.#waiting = left;
      const taken = cuts.flatMap(({ records }) => records);
      try {
        this.#producer ??= { kafka: await this.#newProducer(), requests: new RequestSender() };
        await this.#producer.requests.send(this.#producer.kafka, cuts);
        for (const { send } of taken) if (--send.left === 0) send.resolve();
      } catch (error) {
        this.#placer.forget();
        await this.#discard();
        this.#fail(taken, kafkaError(error));
      }
      this.#release(taken);
    }
    this.#working = null;
  }

  async #linger(): Promise<void> {
    const { sinceMs } = this.#waiting[0]!;
    const leftMs = sinceMs + this.#lingerMs - performance.now();
    if (leftMs <= 0 || sinceMs <= this.#dueSinceMs || this.#closing) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, leftMs);
      this.#fill = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #fail(taken: readonly Waiting[], error: unknown): void {
    for (const { send } of taken) {
      send.failed = true;
      send.reject(error);
    }
    // the rest of a failed send is not sent: its records would overtake those that will be sent again
    this.#release(this.#waiting.filter(({ send }) => send.failed));
    this.#waiting = this.#waiting.filter(({ send }) => !send.failed);
  }

  #release(records: readonly Waiting[]): void {
    for (const { bytes } of records) this.#waitingBytes -= bytes;
    this.#leave();
  }

  async #newProducer(): Promise<Producer> {
    const producer = newClient(this.#settings).producer({
      idempotent: true,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      // unbounded by default: a caller would never hear that the broker is away
      retry: { retries: 5 },
    });
    try {
      await producer.connect();
    } catch (error) {
      await disconnect(producer);
      throw error;
    }
    return producer;
  }

  async #discard(): Promise<void> {
    const producer = this.#producer;
    this.#producer = null;
    if (producer) await disconnect(producer.kafka);
  }
}
