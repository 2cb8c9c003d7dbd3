import type { Subscription } from '../handling.ts';
import type { ConsumeRequest } from '../driver.ts';
import { Bell } from '../bell.ts';
import { databaseError } from './database-error.ts';
import type { Log, LogTopic } from './log.ts';
import { OwnedPartition } from './owned-partition.ts';
import type { Session } from './session.ts';

/** How a member of a group behaves. */
export interface MemberSettings {
  /** How long a member that keeps its connection may be silent before the others count it as dead, in milliseconds. */
  readonly memberPatienceMs: number;
  /** How long the batch at hand may take before a partition that another member waits for is given up in the middle, in milliseconds. */
  readonly handoverMs: number;
}

/** How often a member looks around without being told to, in milliseconds: for the dead, who tell nobody, and for missed notifications. */
const LOOK_AROUND_MS = 2_000;

type RebalanceRow = [partition: number, epoch: string, nextOffset: string, endOffset: string, wanted: boolean];

/**
 * One member of a consumer group in one topic. Who owns a partition is settled in the database (`bus.rebalance`); here it is followed:
 * what is new begins, what is meant for another is handed over behind the batch at hand, what was lost stops at once.
 */
export class GroupConsumer implements Subscription {
  readonly #log: Log;
  readonly #session: Session;
  readonly #topic: LogTopic;
  readonly #request: ConsumeRequest;
  readonly #settings: MemberSettings;
  readonly #member: number;
  readonly #owned = new Map<number, OwnedPartition>();
  /** Work under way per partition, owned or lost: a partition that comes back waits for it. */
  readonly #work = new Map<number, Promise<void>>();
  /** Up to where there are records, as last notified: that may be before the answer which says that the partition is owned. */
  readonly #ends = new Map<number, bigint>();
  readonly #handovers = new Set<Promise<void>>();
  readonly #bell = new Bell();
  readonly #deaf: () => void;
  #closing: Promise<void> | null = null;
  #steering: Promise<void> | null = null;

  /** Joins; what there is to own at that moment is owned when it resolves. @throws KhabarError `unknown-topic`, or of the database */
  static async join(
    log: Log,
    session: Session,
    request: ConsumeRequest,
    settings: MemberSettings,
  ): Promise<GroupConsumer> {
    const topic = await log.topic(request.topic.name);
    await session.start();
    const consumer = new GroupConsumer(log, session, topic, request, settings, await session.newMember());
    try {
      await consumer.#rebalance();
    } catch (error) {
      await consumer.close();
      throw error;
    }
    consumer.#steering = consumer.#steer();
    return consumer;
  }

  private constructor(
    log: Log,
    session: Session,
    topic: LogTopic,
    request: ConsumeRequest,
    settings: MemberSettings,
    member: number,
  ) {
    this.#log = log;
    this.#session = session;
    this.#topic = topic;
    this.#request = request;
    this.#settings = settings;
    this.#member = member;
    this.#deaf = session.listen({
      appended: (topicId, ends) => {
        if (topicId !== topic.id) return;
        for (const [partition, end] of ends) {
          this.#ends.set(partition, end);
          this.#owned.get(partition)?.grow(end);
        }
      },
      membersChanged: (topicId, group) => {
        if (topicId === topic.id && group === request.group) this.#bell.ring();
      },
      lost: (error) => request.onDisturbance('the connection to Postgres broke', databaseError(error)),
      restored: () => this.#bell.ring(),
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await null; // #closing is set before the work looks at it
    this.#deaf();
    this.#bell.ring();
    for (const owned of this.#owned.values()) owned.stop();
    await Promise.all([this.#steering, ...this.#handovers, ...this.#work.values()]);
    try {
      // without its lock the member is dead to the others, should there be no time to say that it leaves
      await this.#session.dropMember(this.#member);
      await this.#session.query({
        text: 'select bus.leave($1, $2, $3)',
        values: [this.#member, this.#request.group, this.#topic.id],
      });
    } catch (error) {
      // without a connection the others find out by themselves that we are gone
      if (!databaseError(error).dependency) throw error;
    }
  }

  /** Looks around for as long as the consumer lives. */
  async #steer(): Promise<void> {
    for (;;) {
      await this.#bell.wait(Math.min(LOOK_AROUND_MS, this.#settings.memberPatienceMs / 4));
      if (this.#closing) return;
      if (!this.#session.online) continue;
      try {
        await this.#rebalance();
      } catch (error) {
        // a broken connection is reported by the session
        if (!databaseError(error).dependency) this.#request.onDisturbance('the group could not be looked at', error);
      }
    }
  }

  async #rebalance(): Promise<void> {
    const rows = await this.#session.query<RebalanceRow>({
      name: 'khabar_bus_rebalance',
      text: `select partition, epoch, next_offset, end_offset, wanted from bus.rebalance($1, $2, $3, $4 * interval '1 millisecond')`,
      values: [this.#member, this.#request.group, this.#topic.id, this.#settings.memberPatienceMs],
    });
    if (this.#closing) return;
    const epochs = new Map(rows.map(([partition, epoch]) => [partition, BigInt(epoch)]));
    for (const owned of this.#owned.values()) {
      if (epochs.get(owned.partition) !== owned.epoch) this.#lose(owned);
    }
    for (const [partition, epoch, nextOffset, endOffset, wanted] of rows) {
      const owned = this.#owned.get(partition);
      if (!owned && wanted) this.#begin(partition, BigInt(epoch), BigInt(nextOffset), BigInt(endOffset));
      else if (!owned) await this.#release(partition, BigInt(epoch));
      else if (wanted) owned.grow(BigInt(endOffset));
      else this.#handOver(owned);
    }
  }

  #begin(partition: number, epoch: bigint, nextOffset: bigint, endOffset: bigint): void {
    const owned = new OwnedPartition({
      log: this.#log,
      topic: this.#topic,
      request: this.#request,
      partition,
      epoch,
      nextOffset,
      endOffset,
      isOnline: () => this.#session.online,
      onLost: () => this.#lose(owned),
    });
    owned.grow(this.#ends.get(partition) ?? 0n);
    this.#owned.set(partition, owned);
    const before = this.#work.get(partition);
    const work = before ? before.then(() => owned.work()) : owned.work();
    this.#work.set(partition, work);
    void work.then(() => {
      if (this.#work.get(partition) === work) this.#work.delete(partition);
    });
  }

  #lose(owned: OwnedPartition): void {
    owned.lose();
    if (this.#owned.get(owned.partition) === owned) this.#owned.delete(owned.partition);
    this.#bell.ring();
  }

  #handOver(owned: OwnedPartition): void {
    if (!owned.finish()) return; // it is under way
    const handover = this.#finishAndRelease(owned);
    this.#handovers.add(handover);
    void handover.then(() => this.#handovers.delete(handover));
  }

  async #finishAndRelease(owned: OwnedPartition): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const impatience = new Promise<void>((resolve) => (timer = setTimeout(resolve, this.#settings.handoverMs)));
    await Promise.race([this.#work.get(owned.partition), impatience]);
    clearTimeout(timer);
    this.#lose(owned);
    await this.#release(owned.partition, owned.epoch).catch(() => undefined); // the next look around finds it left over
  }

  async #release(partition: number, epoch: bigint): Promise<void> {
    await this.#session.query({
      text: 'select bus.release($1, $2, $3, $4)',
      values: [this.#request.group, this.#topic.id, partition, epoch],
    });
  }
}
