import type { Consumer, EachBatchPayload } from 'kafkajs';
import type { ConsumeRequest, ConsumedRecord, RecordBatch } from '../driver.ts';
import { bySubscription } from './assign-partitions.ts';
import { type KafkaSettings, RETRY, disconnect, kafkaError, newClient } from './client.ts';
import { fromMessage } from './records.ts';
import { settlesWithin } from './settles-within.ts';

/** How long a fetch waits for records, in milliseconds. Stopping, and the partitions that were paused, wait that long too. */
const FETCH_WAIT_MS = 200;
/** After how long without a heartbeat a member counts as dead, in milliseconds; what it had goes to the others then. */
const SESSION_TIMEOUT_MS = 10_000;
const HEARTBEAT_MS = 1_000;
/** How long the partitions of one fetch may wait for the slowest of them, in milliseconds. */
const PATIENCE_MS = 500;
const MIB = 1024 * 1024;

type Commit = EachBatchPayload['commitOffsetsIfNecessary'];

/**
 * One kafkajs consumer from its join to its end.
 *
 * kafkajs fetches, and sends heartbeats, only when all partitions of the last fetch are dealt with. So a partition whose work takes
 * longer is paused and worked on beside that loop: it holds up no other, long work costs no membership, and a rebalance is heard of
 * while it goes on.
 */
export class ConsumerRun {
  /** Resolves with the reason when the consumer has died, or work failed by a fault of our own: what is uncommitted must come again. */
  readonly ended: Promise<unknown>;
  readonly #request: ConsumeRequest;
  readonly #consumer: Consumer;
  readonly #work = new Map<number, PartitionWork>();
  #owned: ReadonlySet<number> = new Set();
  #joined = Promise.withResolvers<void>();
  #end = Promise.withResolvers<unknown>();
  #stopping = false;

  private constructor(settings: KafkaSettings, request: ConsumeRequest) {
    this.#request = request;
    this.ended = this.#end.promise;
    this.#joined.promise.catch(() => undefined); // it may be rejected before anybody waits
    this.#consumer = newClient(settings).consumer({
      groupId: request.group,
      partitionAssigners: [bySubscription],
      allowAutoTopicCreation: false,
      sessionTimeout: SESSION_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_MS,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      maxBytesPerPartition: MIB,
      maxBytes: 10 * MIB,
      // there is one way back from a death, for all of its kinds: a new consumer
      retry: { ...RETRY, restartOnFailure: async () => false },
    });
  }

  /** Joins the group. @throws KhabarError when that fails */
  static async start(settings: KafkaSettings, request: ConsumeRequest): Promise<ConsumerRun> {
    const run = new ConsumerRun(settings, request);
    try {
      await run.#start();
    } catch (error) {
      await disconnect(run.#consumer);
      throw kafkaError(error);
    }
    return run;
  }

  /** Finishes and commits the batches at hand, unless it has died, then leaves the group. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const work = [...this.#work.values()];
    for (const each of work) each.abort();
    await Promise.allSettled(work.map((each) => each.finished));
    await disconnect(this.#consumer);
  }

  async #start(): Promise<void> {
    const consumer = this.#consumer;
    const { topic } = this.#request;
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) =>
      this.#assigned(payload.memberAssignment[topic.name] ?? []),
    );
    consumer.on(consumer.events.CRASH, ({ payload }) => this.#die(payload.error));
    await consumer.connect();
    await consumer.subscribe({ topics: [topic.name], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: topic.partitions,
      eachBatch: (payload) => this.#eachBatch(payload),
    });
    await this.#joined.promise;
  }

  #assigned(partitions: readonly number[]): void {
    this.#owned = new Set(partitions);
    for (const [partition, work] of this.#work) {
      if (!this.#owned.has(partition)) work.lose();
      // after each rebalance kafkajs fetches from what is committed: not again what is being worked on
      else if (!work.lost) this.#consumer.seek({ topic: this.#request.topic.name, partition, offset: work.nextOffset });
    }
    this.#joined.resolve();
  }

  #die(error: unknown): void {
    for (const work of this.#work.values()) work.lose();
    this.#joined.reject(error);
    this.#end.resolve(error);
  }

  async #eachBatch(payload: EachBatchPayload): Promise<void> {
    const { batch, pause, resolveOffset, commitOffsetsIfNecessary, isRunning, isStale } = payload;
    const { topic, partition, messages } = batch;
    if (this.#stopping) {
      pause();
      return;
    }
    // a fetch that was under way during a rebalance may bring what is no longer ours, or not where we are
    if (!isRunning() || isStale() || !this.#owned.has(partition) || this.#work.has(partition)) return;
    const records = messages.map((message) => fromMessage(topic, partition, message));
    const work = new PartitionWork(this.#request, records, commitOffsetsIfNecessary);
    this.#work.set(partition, work);
    const finished = work.finished
      .catch((error: unknown) => this.#die(error))
      .finally(() => this.#work.delete(partition));
    resolveOffset(messages.at(-1)!.offset);
    if (!(await settlesWithin(finished, PATIENCE_MS))) void finished.then(pause());
  }
}

/** The records of one fetch of one partition on their way through `onBatch`. */
class PartitionWork {
  /** The offset behind the last record. */
  readonly nextOffset: string;
  /** Rejects by a fault of our own only. */
  readonly finished: Promise<void>;
  readonly #request: ConsumeRequest;
  readonly #commitOffsets: Commit;
  readonly #abort = new AbortController();
  #lost = false;

  constructor(request: ConsumeRequest, records: readonly ConsumedRecord[], commitOffsets: Commit) {
    this.#request = request;
    this.#commitOffsets = commitOffsets;
    this.nextOffset = String(records.at(-1)!.offset + 1n);
    this.finished = this.#run(records);
  }

  get lost(): boolean {
    return this.#lost;
  }

  /** Begin nothing new. */
  abort(): void {
    this.#abort.abort();
  }

  /** The partition is another's: commit nothing any more. */
  lose(): void {
    this.#lost = true;
    this.abort();
  }

  async #run(records: readonly ConsumedRecord[]): Promise<void> {
    const { signal } = this.#abort;
    for (const batch of cutBatches(records, this.#request)) {
      if (signal.aborted) return;
      const { topic, partition } = batch[0]!;
      const recordBatch: RecordBatch = {
        topic,
        partition,
        records: batch,
        signal,
        commit: (next) => this.#commit(topic, partition, next),
      };
      await this.#request.onBatch(recordBatch);
    }
  }

  /**
   * Goes by the batch's own way of committing: it is made at once or fails, while the consumer's retries by itself and might, after a
   * rebalance in between, commit for a partition that is another's.
   */
  async #commit(topic: string, partition: number, nextOffset: bigint): Promise<void> {
    if (this.#lost) return;
    try {
      await this.#commitOffsets({ topics: [{ topic, partitions: [{ partition, offset: String(nextOffset) }] }] });
    } catch (error) {
      if (!this.#lost) throw kafkaError(error);
    }
  }
}

/** Cuts records into batches within the limits; what is larger is alone. */
export function cutBatches(
  records: readonly ConsumedRecord[],
  { maxEvents, maxBytes }: Pick<ConsumeRequest, 'maxEvents' | 'maxBytes'>,
): ConsumedRecord[][] {
  const batches: ConsumedRecord[][] = [];
  let bytes = 0;
  for (const record of records) {
    const size = record.value?.length ?? 0;
    const last = batches.at(-1);
    if (last && last.length < maxEvents && bytes + size <= maxBytes) {
      last.push(record);
      bytes += size;
    } else {
      batches.push([record]);
      bytes = size;
    }
  }
  return batches;
}
