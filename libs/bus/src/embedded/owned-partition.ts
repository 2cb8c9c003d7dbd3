import { Bell } from '../bell.ts';
import type { ConsumeRequest, OutgoingRecord, PartitionWork } from '../driver.ts';
import type { Log, LogTopic } from './log.ts';

/** What an {@link OwnedPartition} begins with. */
export interface Ownership {
  readonly log: Log;
  readonly topic: LogTopic;
  readonly request: ConsumeRequest;
  readonly partition: number;
  /** Proof of ownership: a commit with another one counts for nothing. */
  readonly epoch: bigint;
  readonly nextOffset: bigint;
  readonly endOffset: bigint;
  readonly isOnline: () => boolean;
  /** A commit has shown that another member owns the partition. */
  readonly onLost: () => void;
}

/** Pause after a page that could not be read, in milliseconds. */
const READ_AGAIN_MS = 500;

/** One partition while it is ours: reads page after page, each when there is room for it. */
export class OwnedPartition {
  readonly partition: number;
  readonly epoch: bigint;
  readonly #with: Ownership;
  readonly #work: PartitionWork;
  readonly #bell = new Bell();
  #position: bigint;
  #end: bigint;
  #finishing = false;
  #lost = false;

  constructor(ownership: Ownership) {
    this.#with = ownership;
    this.partition = ownership.partition;
    this.epoch = ownership.epoch;
    this.#position = ownership.nextOffset;
    this.#end = ownership.endOffset;
    const { partition } = ownership;
    this.#work = ownership.request.begin({
      partition,
      commit: (nextOffset, outputs) => this.#commit(nextOffset, outputs),
    });
  }

  /** There are records up to this offset; also wakes work that waits for the connection. */
  grow(end: bigint): void {
    if (end > this.#end) this.#end = end;
    this.#bell.ring();
  }

  /** No batch after the one at hand. False when that has been said before. */
  finish(): boolean {
    if (this.#finishing) return false;
    this.#finishing = true;
    this.#bell.ring();
    void this.#work.finish();
    return true;
  }

  /** The batch at hand is told to stop; what it has done by then may still be committed. */
  stop(): void {
    this.finish();
    void this.#work.stop();
  }

  /** It is another's now: nothing is committed any more. */
  lose(): void {
    this.#lost = true;
    this.finish();
    void this.#work.lose();
  }

  /** Resolves when no batch is at hand and none will come. */
  async work(): Promise<void> {
    const { log, topic, request } = this.#with;
    while (!this.#finishing) {
      const end = this.#end;
      if (this.#position >= end || !this.#with.isOnline()) {
        await this.#bell.wait();
        continue;
      }
      try {
        const { partition } = this;
        const records = await log.page(topic, partition, this.#position, request.maxEvents, request.maxBytes);
        if (this.#finishing) break;
        // what is not there any more was pruned behind the back of a group that did not exist yet
        this.#position = records.length === 0 ? end : records.at(-1)!.offset + 1n;
        if (records.length > 0) await this.#work.take(records);
      } catch (error) {
        request.onDisturbance(`partition ${this.partition} of ${topic.name} could not be read`, error);
        await this.#bell.wait(READ_AGAIN_MS);
      }
    }
    await this.#work.finish();
  }

  async #commit(nextOffset: bigint, outputs: readonly OutgoingRecord[] = []): Promise<void> {
    if (this.#lost) return;
    const { log, topic, request } = this.#with;
    const { partition, epoch } = this;
    const counted =
      outputs.length === 0
        ? await log.commit(topic, request.group, partition, epoch, nextOffset)
        : await log.commitWith(topic, request.group, partition, epoch, nextOffset, outputs);
    if (!counted) this.#with.onLost();
  }
}
