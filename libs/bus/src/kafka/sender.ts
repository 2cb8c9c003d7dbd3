import { KhabarError } from '@khabar/contracts';
import { Partitioners, type Producer, type RecordMetadata } from 'kafkajs';
import type { OutgoingRecord } from '../driver.ts';
import { partitionOf } from '../partition.ts';
import { BATCH_OVERHEAD_BYTES, recordBytes } from '../record-size.ts';
import type { KafkaAdmin, TopicLayout } from './admin.ts';
import { type KafkaSettings, disconnect, kafkaError, newClient } from './client.ts';
import { type Cut, type Placed, cutRequests } from './cut-requests.ts';
import { toMessage } from './records.ts';

const KIB = 1024;
/** Largest batch of a partition, unless one record is larger: well below the 1 MiB that topics allow by default. */
const BATCH_BYTES = 512 * KIB;
/** Largest request, unless one record is larger; brokers take up to 100 MiB. */
const REQUEST_BYTES = 4 * KIB * KIB;
const BATCH_RECORDS = 1_000;
/** How long we trust what we know of a topic, in milliseconds: partitions may be added. */
const LAYOUT_MAX_AGE_MS = 5 * 60_000;

/**
 * Sends records durably (acks of all in-sync replicas, idempotent), one request after the other.
 *
 * kafkajs 2.2.4 loses acknowledged records: when one batch of a request is refused, it forgets that the others were taken, gives their
 * sequence numbers out once more, and the broker answers the next records as duplicates of the last. So no batch is cut that
 * could be refused, and a producer is thrown away after any failure. And where a leader moves between the tries of one request, it
 * may never send the moved partition's batch and still resolve: each batch's answer is looked for.
 */
export class KafkaSender {
  readonly #settings: KafkaSettings;
  readonly #admin: KafkaAdmin;
  readonly #layouts = new Map<string, TopicLayout & { readonly knownAtMs: number }>();
  /** Of the producer at hand: the first offset of the last batch of each partition. */
  readonly #lastOffsets = new Map<string, bigint>();
  #producer: Producer | null = null;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(settings: KafkaSettings, admin: KafkaAdmin) {
    this.#settings = settings;
    this.#admin = admin;
  }

  /** @throws KhabarError `record-too-large`, `unknown-topic`, `broker-unavailable`; then any of the records may be durable or not. */
  send(records: readonly OutgoingRecord[]): Promise<void> {
    // a producer whose send fails is thrown away: no other send may be under way in it
    const sending = this.#tail.then(() => this.#sendAll(records));
    this.#tail = sending.catch(() => undefined);
    return sending;
  }

  /** See `Driver.partitionCount`. */
  partitionCount(topic: string): number | null {
    return this.#layouts.get(topic)?.partitions ?? null;
  }

  async close(): Promise<void> {
    await this.#tail;
    await this.#discard();
  }

  async #sendAll(records: readonly OutgoingRecord[]): Promise<void> {
    try {
      const placed: Placed<OutgoingRecord>[] = [];
      for (const record of records) placed.push(await this.#place(record));
      const batchBytes = (topic: string) => Math.min(BATCH_BYTES, this.#roomIn(topic));
      const limits = { batchBytes, requestBytes: REQUEST_BYTES, batchRecords: BATCH_RECORDS };
      for (const request of cutRequests(placed, limits)) await this.#request(request);
    } catch (error) {
      this.#layouts.clear();
      await this.#discard();
      throw kafkaError(error);
    }
  }

  async #place(record: OutgoingRecord): Promise<Placed<OutgoingRecord>> {
    const { topic } = record;
    const known = this.#layouts.get(topic);
    if (!known || performance.now() - known.knownAtMs > LAYOUT_MAX_AGE_MS) {
      this.#layouts.set(topic, { ...(await this.#admin.layout(topic)), knownAtMs: performance.now() });
    }
    const { partitions } = this.#layouts.get(topic)!;
    const bytes = recordBytes(record);
    if (bytes > this.#roomIn(topic)) {
      throw new KhabarError('record-too-large', `A record of ${bytes} bytes is larger than ${topic} allows`);
    }
    return { record, topic, partition: partitionOf(record.foreign?.key ?? record.key, partitions), bytes };
  }

  #roomIn(topic: string): number {
    return (this.#layouts.get(topic)?.maxMessageBytes ?? Infinity) - BATCH_OVERHEAD_BYTES;
  }

  async #request(cuts: readonly Cut<OutgoingRecord>[]): Promise<void> {
    this.#producer ??= await this.#newProducer();
    const answers = await this.#producer.sendBatch({
      acks: -1,
      topicMessages: cuts.map(({ topic, partition, records }) => ({
        topic,
        messages: records.map((record) => toMessage(record, partition)),
      })),
    });
    for (const cut of cuts) this.#acknowledged(cut, answers);
  }

  /** @throws KhabarError when the broker has not taken the batch as one of its own. */
  #acknowledged({ topic, partition }: Cut<OutgoingRecord>, answers: readonly RecordMetadata[]): void {
    const answer = answers.find((each) => each.topicName === topic && each.partition === partition);
    const offset = BigInt(answer?.baseOffset ?? -1);
    const key = `${partition} ${topic}`;
    // at or below an earlier batch's offset: the answer to that one, repeated for what looked like its duplicate
    if (offset <= (this.#lastOffsets.get(key) ?? -1n)) {
      throw new KhabarError(
        'not-acknowledged',
        `Kafka has not acknowledged a batch for ${topic}, partition ${partition}`,
        {
          dependency: true,
        },
      );
    }
    this.#lastOffsets.set(key, offset);
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
    this.#lastOffsets.clear();
    if (producer) await disconnect(producer);
  }
}
