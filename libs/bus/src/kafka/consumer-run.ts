import type { KhabarError } from '@khabar/contracts';
import type { Consumer, EachBatchPayload } from 'kafkajs';
import type { ConsumeRequest } from '../driver.ts';
import { bySubscription } from './assign-partitions.ts';
import { type KafkaSettings, RETRY, disconnect, kafkaError, newClient } from './client.ts';
import { consumerSettings } from './consumer-settings.ts';
import { OwnedPartition } from './owned-partition.ts';
import { settlesWithin } from './settles-within.ts';
import type { TransactionalCommits } from './transactional-commits.ts';

/** How long the partitions of one fetch may wait for the slowest of them, in milliseconds. */
const PATIENCE_MS = 500;

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
      ...consumerSettings(request.topic.partitions, request.maxBytes),
      ...(settings.sessionTimeoutMs !== undefined && { sessionTimeout: settings.sessionTimeoutMs }),
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
    // of a batch of nothing but the marks of transactions, and what was aborted, kafkajs shows no more than this
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { partition, batchSize, firstOffset, lastOffset } }) => {
      if (batchSize !== 0 || firstOffset === null) return;
      this.#partitions.get(partition)?.pass(BigInt(firstOffset), BigInt(lastOffset) + 1n);
    });
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
      else if (!owned.lost && owned.position !== null) {
        this.#consumer.seek({ topic: this.#request.topic.name, partition, offset: String(owned.position) });
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
    const room = owned.take(messages, BigInt(batch.lastOffset()) + 1n);
    resolveOffset(messages.at(-1)!.offset);
    if (!(await settlesWithin(room, PATIENCE_MS))) void room.then(pause());
  }
}
