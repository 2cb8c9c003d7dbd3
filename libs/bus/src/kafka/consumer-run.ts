import { setTimeout as sleep } from 'node:timers/promises';
import type { KhabarError } from '@khabar/contracts';
import type { Consumer, EachBatchPayload, KafkaMessage } from 'kafkajs';
import { backoffMs } from '../delivery.ts';
import type { ConsumeRequest, OutgoingRecord, PartitionWork } from '../driver.ts';
import { bySubscription } from './assign-partitions.ts';
import { COMPRESSION_RATIO } from './compression.ts';
import { type KafkaSettings, RETRY, disconnect, kafkaError, newClient } from './client.ts';
import { fromMessage } from './records.ts';
import { settlesWithin } from './settles-within.ts';
import type { TransactionalCommits } from './transactional-commits.ts';

/** How long a fetch waits for records, in milliseconds. Stopping, and the partitions that were paused, wait that long too. */
const FETCH_WAIT_MS = 200;
const SESSION_TIMEOUT_MS = 10_000;
const HEARTBEAT_MS = 1_000;
/** How long the partitions of one fetch may wait for the slowest of them, in milliseconds. */
const PATIENCE_MS = 500;
/** Pauses between attempts to begin with a partition. */
const PAUSES = { retryBaseMs: 250, retryMaxMs: 5_000 };
const MIB = 1024 * 1024;

type Commit = EachBatchPayload['commitOffsetsIfNecessary'];

/** What commits a partition's offset together with outputs; null where commits have none. */
export type NewCommits = (partition: number) => TransactionalCommits | null;

/**
 * One kafkajs consumer from its join to its end.
 *
 * kafkajs fetches, and sends heartbeats, only when all partitions of the last fetch are dealt with. So a partition whose work takes
 * longer is paused and worked on beside that loop: it holds up no other, long work costs no membership, and a rebalance is heard of
 * while it goes on.
 */
export class ConsumerRun {
  /** Resolves with the reason when the consumer has died: what is uncommitted must come again. */
  readonly ended: Promise<unknown>;
  readonly #request: ConsumeRequest;
  readonly #newCommits: NewCommits;
  readonly #consumer: Consumer;
  /** Owned, or lost and not yet through. */
  readonly #partitions = new Map<number, OwnedPartition>();
  #assigned: ReadonlySet<number> = new Set();
  #memberId: string | null = null;
  #joined = Promise.withResolvers<void>();
  #end = Promise.withResolvers<unknown>();
  #stopping = false;

  private constructor(settings: KafkaSettings, request: ConsumeRequest, newCommits: NewCommits) {
    this.#request = request;
    this.#newCommits = newCommits;
    this.ended = this.#end.promise;
    this.#joined.promise.catch(() => undefined); // it may be rejected before anybody waits
    this.#consumer = newClient(settings).consumer({
      groupId: request.group,
      partitionAssigners: [bySubscription],
      allowAutoTopicCreation: false,
      sessionTimeout: settings.sessionTimeoutMs ?? SESSION_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_MS,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      maxBytesPerPartition: compressed(Math.min(MIB, request.maxBytes)),
      maxBytes: compressed(Math.min(10 * MIB, request.maxBytes * request.topic.partitions)),
      // there is one way back from a death, for all of its kinds: a new consumer
      retry: { ...RETRY, restartOnFailure: async () => false },
    });
  }

  /** Joins the group. @throws KhabarError when that fails */
  static async start(settings: KafkaSettings, request: ConsumeRequest, newCommits: NewCommits): Promise<ConsumerRun> {
    const run = new ConsumerRun(settings, request, newCommits);
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
    await Promise.all([...this.#partitions.values()].map((partition) => partition.stop()));
    await disconnect(this.#consumer);
  }

  async #start(): Promise<void> {
    const consumer = this.#consumer;
    const { topic } = this.#request;
    consumer.on(consumer.events.GROUP_JOIN, ({ payload: { memberId, memberAssignment } }) =>
      this.#assign(memberId, memberAssignment[topic.name] ?? []),
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

  #assign(memberId: string, partitions: readonly number[]): void {
    // as a new member we had been given up in between, and others may have been at work on what is ours again
    const goesOn = memberId === this.#memberId;
    this.#memberId = memberId;
    this.#assigned = new Set(partitions);
    for (const [partition, owned] of this.#partitions) {
      if (!goesOn || !this.#assigned.has(partition)) this.#lose(owned);
      // after each rebalance kafkajs fetches from what is committed: not again what has been taken
      else if (!owned.lost && owned.nextOffset !== null) {
        this.#consumer.seek({ topic: this.#request.topic.name, partition, offset: String(owned.nextOffset) });
      }
    }
    this.#joined.resolve();
  }

  #lose(owned: OwnedPartition): void {
    void owned.lose().then(() => {
      if (this.#partitions.get(owned.partition) === owned) this.#partitions.delete(owned.partition);
    });
  }

  /** It had another owner in between: what is under way is that one's work, and of what is behind nothing is committed. */
  #beginAnew(owned: OwnedPartition, fromOffset: bigint, error: KhabarError): void {
    const { partition } = owned;
    const topic = this.#request.topic.name;
    this.#request.onDisturbance(`Partition ${partition} of ${topic} is begun anew`, error);
    this.#lose(owned);
    this.#consumer.seek({ topic, partition, offset: String(fromOffset) });
  }

  #die(error: unknown): void {
    for (const owned of this.#partitions.values()) this.#lose(owned);
    this.#joined.reject(error);
    this.#end.resolve(error);
  }

  async #eachBatch(payload: EachBatchPayload): Promise<void> {
    const { batch, pause, resolveOffset, commitOffsetsIfNecessary, isRunning, isStale } = payload;
    const { partition, messages } = batch;
    if (this.#stopping) {
      pause();
      return;
    }
    // a fetch that was under way during a rebalance may bring what is no longer ours, or not where we are
    if (!isRunning() || isStale() || !this.#assigned.has(partition)) return;
    let owned = this.#partitions.get(partition);
    if (owned?.lost) {
      // it came back: what its handler still has in hand is to be through before it comes again
      void owned.lose().then(pause());
      return;
    }
    if (!owned) {
      owned = new OwnedPartition(
        this.#request,
        partition,
        commitOffsetsIfNecessary,
        this.#newCommits(partition),
        (...overtaken) => this.#beginAnew(...overtaken),
      );
      this.#partitions.set(partition, owned);
    }
    const room = owned.take(messages);
    resolveOffset(messages.at(-1)!.offset);
    if (!(await settlesWithin(room, PATIENCE_MS))) void room.then(pause());
  }
}

/** How many bytes hold so many of text. */
function compressed(bytes: number): number {
  return Math.ceil(bytes / COMPRESSION_RATIO);
}

/** A partition from the moment it became ours until its work is through. */
class OwnedPartition {
  /** The offset behind the last record that was taken; null before the first. */
  nextOffset: bigint | null = null;
  readonly partition: number;
  readonly #request: ConsumeRequest;
  readonly #work: PartitionWork;
  readonly #commitOffsets: Commit;
  readonly #commits: TransactionalCommits | null;
  readonly #onOvertaken: (owned: OwnedPartition, fromOffset: bigint, error: KhabarError) => void;
  readonly #ending = new AbortController();
  /** Resolves with where the owner before has ended, or null when we end ourselves before that is known. */
  #beginning: Promise<bigint | null> | null = null;
  #lost = false;

  constructor(
    request: ConsumeRequest,
    partition: number,
    commitOffsets: Commit,
    commits: TransactionalCommits | null,
    onOvertaken: (owned: OwnedPartition, fromOffset: bigint, error: KhabarError) => void,
  ) {
    this.partition = partition;
    this.#request = request;
    this.#commits = commits;
    this.#onOvertaken = onOvertaken;
    this.#commitOffsets = commitOffsets;
    this.#work = request.begin({ partition, commit: (next, outputs) => this.#commit(next, outputs) });
  }

  get lost(): boolean {
    return this.#lost;
  }

  /** Takes what it has not taken before; resolves when there is room for more. */
  async take(messages: readonly KafkaMessage[]): Promise<void> {
    const records = messages
      .map((message) => fromMessage(this.#request.topic.name, this.partition, message))
      .filter(({ offset }) => this.nextOffset === null || offset >= this.nextOffset);
    if (records.length > 0) this.nextOffset = records.at(-1)!.offset + 1n;
    if (!this.#commits) return this.#work.take(records);
    const start = await (this.#beginning ??= this.#begin(this.#commits));
    // what the owner before committed late is fetched again
    if (start !== null) await this.#work.take(records.filter(({ offset }) => offset >= start));
  }

  /** Begins nothing new. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#work.stop();
    await this.#commits?.close();
    await this.#beginning;
  }

  /** The partition is another's: commits nothing any more. */
  async lose(): Promise<void> {
    this.#lost = true;
    this.#ending.abort();
    await this.#work.lose();
    await this.#commits?.close();
    await this.#beginning;
  }

  async #begin(commits: TransactionalCommits): Promise<bigint | null> {
    const { signal } = this.#ending;
    for (let failures = 1; !signal.aborted; failures += 1) {
      try {
        return await commits.begin();
      } catch (thrown) {
        if (signal.aborted) break;
        const where = `partition ${this.partition} of ${this.#request.topic.name}`;
        this.#request.onDisturbance(`${this.#request.group} cannot begin with ${where}`, kafkaError(thrown));
        await sleep(backoffMs(failures, PAUSES, Math.random()), undefined, { signal }).catch(() => undefined);
      }
    }
    return null;
  }

  /**
   * With outputs in one transaction. Else it goes by the batch's own way of committing: it is made at once or fails, while the
   * consumer's retries by itself and might, after a rebalance in between, commit for a partition that is another's.
   */
  async #commit(nextOffset: bigint, outputs: readonly OutgoingRecord[] = []): Promise<void> {
    if (this.#lost) return;
    const commits = this.#commits;
    if (commits && (outputs.length > 0 || commits.unsure)) return this.#commitWith(commits, nextOffset, outputs);
    const { partition } = this;
    const topic = this.#request.topic.name;
    try {
      await this.#commitOffsets({ topics: [{ topic, partitions: [{ partition, offset: String(nextOffset) }] }] });
      commits?.committed(nextOffset);
    } catch (error) {
      if (!this.#lost) throw kafkaError(error);
    }
  }

  async #commitWith(
    commits: TransactionalCommits,
    nextOffset: bigint,
    outputs: readonly OutgoingRecord[],
  ): Promise<void> {
    try {
      await commits.commit(nextOffset, outputs);
    } catch (thrown) {
      const error = kafkaError(thrown);
      if (error.code === 'overtaken' && !this.#lost) this.#onOvertaken(this, commits.done, error);
      if (!this.#lost) throw error;
    }
  }
}
