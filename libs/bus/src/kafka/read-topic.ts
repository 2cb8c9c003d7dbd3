import { randomUUID } from 'node:crypto';
import type { Batch, Consumer } from 'kafkajs';
import type { ReadFrom, StoredRecord } from '../log-state.ts';
import type { KafkaAdmin } from './admin.ts';
import { type KafkaSettings, RETRY, disconnect, kafkaError, newClient } from './client.ts';
import { fromMessage } from './records.ts';
import { settlesWithin } from './settles-within.ts';

const FETCH_WAIT_MS = 200;
const HEARTBEAT_MS = 1_000;
/** A cluster that has just started has no coordinator for some seconds. */
const FIRST_JOIN_MS = 10_000;

/** What is read, from where, and until when. */
export interface ReadOptions {
  readonly from: ReadFrom;
  readonly follow: boolean;
  readonly signal: AbortSignal;
}

/**
 * Records of a topic as they stand. kafkajs knows no reading without a group, so the reader is alone in one of its own, which commits
 * nothing and is deleted afterwards.
 * @throws KhabarError `unknown-topic`, or `broker-unavailable` when the reading breaks off
 */
export async function* readTopic(
  settings: KafkaSettings,
  admin: KafkaAdmin,
  topic: string,
  { from, follow, signal }: ReadOptions,
): AsyncGenerator<StoredRecord, void, undefined> {
  if (signal.aborted) return;
  const bounds = await admin.readingBounds(topic, from);
  const reader = new TopicReader(
    settings,
    topic,
    new Map(bounds.map(({ partition, startOffset }) => [partition, startOffset])),
    follow ? null : new Map(bounds.map(({ partition, endOffset }) => [partition, endOffset])),
  );
  const stop = () => reader.stop();
  signal.addEventListener('abort', stop);
  try {
    yield* reader.records();
  } catch (error) {
    throw kafkaError(error);
  } finally {
    signal.removeEventListener('abort', stop);
    if (await reader.close()) await admin.deleteGroup(reader.group).catch(() => undefined); // it ages away by itself
  }
}

/** Hands records from kafkajs, which pushes them, to a reader, who pulls. */
class TopicReader {
  readonly group = `khabar-read-${randomUUID()}`;
  readonly #topic: string;
  readonly #positions: Map<number, bigint>;
  readonly #ends: ReadonlyMap<number, bigint> | null;
  readonly #consumer: Consumer;
  #joined = false;
  #stopped = false;
  #failure: { error: unknown } | null = null;
  /** The records that wait for the reader, and what to tell when it has taken them. */
  #offered: StoredRecord[] | null = null;
  #taken: () => void = () => undefined;
  #wake: () => void = () => undefined;
  /** Whether the batch that kafkajs has at hand was shown to us. */
  #shown = false;

  constructor(
    settings: KafkaSettings,
    topic: string,
    positions: Map<number, bigint>,
    ends: ReadonlyMap<number, bigint> | null,
  ) {
    this.#topic = topic;
    this.#positions = positions;
    this.#ends = ends;
    const joinBy = performance.now() + FIRST_JOIN_MS;
    this.#consumer = newClient(settings).consumer({
      groupId: this.group,
      allowAutoTopicCreation: false,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      heartbeatInterval: HEARTBEAT_MS,
      retry: { ...RETRY, restartOnFailure: async () => !this.#joined && performance.now() < joinBy },
    });
  }

  async *records(): AsyncGenerator<StoredRecord, void, undefined> {
    if (this.#atEnd()) return;
    await this.#start();
    while (!this.#stopped) {
      if (this.#failure) throw this.#failure.error;
      const offered = this.#offered;
      if (offered) {
        this.#offered = null;
        for (const record of offered) {
          if (this.#stopped) return;
          if (this.#advance(record.partition, record.offset + 1n)) yield record;
        }
        this.#taken();
      } else if (this.#atEnd()) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#taken();
    this.#wake();
  }

  /** Whether it was in its group. */
  async close(): Promise<boolean> {
    this.stop();
    await disconnect(this.#consumer);
    return this.#joined;
  }

  async #start(): Promise<void> {
    const consumer = this.#consumer;
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (payload.restart) return;
      this.#failure = { error: payload.error };
      this.#wake();
    });
    // without a commit, each join would begin at the beginning
    consumer.on(consumer.events.GROUP_JOIN, () => {
      this.#joined = true;
      this.#shown = false;
      for (const [partition, offset] of this.#positions) {
        consumer.seek({ topic: this.#topic, partition, offset: String(offset) });
      }
    });
    // a batch of nothing but the marks of transactions is not shown, and yet it may be the last
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { partition, lastOffset } }) => {
      if (!this.#shown && this.#advance(partition, BigInt(lastOffset) + 1n)) this.#wake();
      this.#shown = false;
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [this.#topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: async ({ batch, heartbeat, resolveOffset, isStale }) => {
        this.#shown = true;
        if (isStale() || this.#stopped) return;
        await this.#offer(batch, heartbeat);
        resolveOffset(batch.messages.at(-1)!.offset);
      },
    });
  }

  async #offer(batch: Batch, heartbeat: () => Promise<void>): Promise<void> {
    const { partition, messages } = batch;
    const end = this.#ends?.get(partition);
    const taken = new Promise<void>((resolve) => (this.#taken = resolve));
    this.#offered = messages
      .map((message) => fromMessage(this.#topic, partition, message))
      .filter(({ offset }) => end === undefined || offset < end);
    this.#wake();
    while (!(await settlesWithin(taken, HEARTBEAT_MS))) await heartbeat();
    // behind the records there may be marks of transactions, which kafkajs shows in no other batch then
    if (!this.#stopped) this.#advance(partition, BigInt(batch.lastOffset()) + 1n);
    this.#wake();
  }

  /** Moves a partition's position; false when it is there already. */
  #advance(partition: number, next: bigint): boolean {
    if (next <= (this.#positions.get(partition) ?? 0n)) return false;
    this.#positions.set(partition, next);
    return true;
  }

  #atEnd(): boolean {
    if (!this.#ends) return false;
    return [...this.#ends].every(([partition, end]) => (this.#positions.get(partition) ?? 0n) >= end);
  }
}
