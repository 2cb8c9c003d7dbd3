import { setTimeout as sleep } from 'node:timers/promises';
import type { KhabarError } from '@khabar/contracts';
import type { EachBatchPayload, KafkaMessage } from 'kafkajs';
import { backoffMs } from '../delivery.ts';
import type { ConsumeRequest, ConsumedRecord, OutgoingRecord, PartitionWork } from '../driver.ts';
import { kafkaError } from './client.ts';
import { fromMessage } from './records.ts';
import type { TransactionalCommits } from './transactional-commits.ts';

/** Pauses between attempts to begin with a partition. */
const PAUSES = { retryBaseMs: 250, retryMaxMs: 5_000 };

type Commit = EachBatchPayload['commitOffsetsIfNecessary'];

/** A partition from the moment it became ours until its work is through. */
export class OwnedPartition {
  readonly partition: number;
  readonly #request: ConsumeRequest;
  readonly #work: PartitionWork;
  readonly #commitOffsets: Commit;
  readonly #commits: TransactionalCommits | null;
  readonly #onOvertaken: (owned: OwnedPartition, fromOffset: bigint, error: KhabarError) => void;
  readonly #ending = new AbortController();
  /** Resolves with where the owner before has ended, or null when we end ourselves before that is known. */
  #beginning: Promise<bigint | null> | null = null;
  /** The offset behind the last record that was taken; null before the first. */
  #nextOffset: bigint | null = null;
  #position: bigint | null = null;
  /** All below is committed; null before the first commit. */
  #committed: bigint | null = null;
  #passing: Promise<void> = Promise.resolve();
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

  /** Where it is to be read on: behind what was taken, and the marks of transactions there; null before the first record. */
  get position(): bigint | null {
    return this.#position;
  }

  /** Takes what it has not taken before, of a batch that ends before `position`; resolves when there is room for more. */
  async take(messages: readonly KafkaMessage[], position: bigint): Promise<void> {
    const records = messages
      .map((message) => takeOut(this.#request.topic.name, this.partition, message))
      .filter(({ offset }) => this.#position === null || offset >= this.#position);
    if (records.length > 0) {
      this.#nextOffset = records.at(-1)!.offset + 1n;
      this.#position = position;
    }
    if (!this.#commits) return this.#work.take(records);
    const start = await (this.#beginning ??= this.#begin(this.#commits));
    // what the owner before committed late is fetched again
    if (start !== null) await this.#work.take(records.filter(({ offset }) => offset >= start));
  }

  /** Passes over a batch without records; what is not where we are is of before a rebalance, and counts for nothing. */
  pass(firstOffset: bigint, position: bigint): void {
    if (this.#lost || firstOffset !== this.#position) return;
    this.#position = position;
    this.#commitPassed();
  }

  /** Begins nothing new. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#work.stop();
    await this.#passing;
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
   * Where all that was taken is committed, so are the marks of transactions behind it: each takes an offset, and no record may follow for
   * long. Else a group that has done everything would show a lag.
   */
  #commitPassed(): void {
    const position = this.#position!;
    if (this.#committed === null || this.#committed < this.#nextOffset! || this.#committed >= position) return;
    if (this.#commits?.unsure) return;
    // should it fail it comes with the next commit; nothing of a handler's depends on it
    this.#passing = this.#passing.then(() => this.#commitAlone(position)).catch(() => undefined);
  }

  /**
   * With outputs in one transaction. Else it goes by the batch's own way of committing: it is made at once or fails, while the
   * consumer's retries by itself and might, after a rebalance in between, commit for a partition that is another's.
   */
  async #commit(nextOffset: bigint, outputs: readonly OutgoingRecord[] = []): Promise<void> {
    await this.#passing; // its commit must not come after this one
    if (this.#lost) return;
    const commits = this.#commits;
    if (commits && (outputs.length > 0 || commits.unsure)) await this.#commitWith(commits, nextOffset, outputs);
    else {
      try {
        await this.#commitAlone(nextOffset);
      } catch (error) {
        if (!this.#lost) throw kafkaError(error);
      }
    }
    this.#commitPassed();
  }

  async #commitAlone(offset: bigint): Promise<void> {
    if (this.#lost) return;
    const partitions = [{ partition: this.partition, offset: String(offset) }];
    await this.#commitOffsets({ topics: [{ topic: this.#request.topic.name, partitions }] });
    this.#committed = offset;
    this.#commits?.committed(offset);
  }

  async #commitWith(
    commits: TransactionalCommits,
    nextOffset: bigint,
    outputs: readonly OutgoingRecord[],
  ): Promise<void> {
    try {
      await commits.commit(nextOffset, outputs);
      this.#committed = nextOffset;
    } catch (thrown) {
      const error = kafkaError(thrown);
      if (error.code === 'overtaken' && !this.#lost) this.#onOvertaken(this, commits.done, error);
      if (!this.#lost) throw error;
    }
  }
}

/**
 * kafkajs's functions of a batch (to commit, to pause, to resume) hold on to all of its messages for as long as one of them is held
 * itself, which is for as long as the partition is ours; so what is in a message is taken out of it.
 */
function takeOut(topic: string, partition: number, message: KafkaMessage): ConsumedRecord {
  const record = fromMessage(topic, partition, message);
  message.key = null;
  message.value = null;
  message.headers = undefined;
  return record;
}
