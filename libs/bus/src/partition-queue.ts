import { type CloudEvent, type EventType, KhabarError, decodeEvent, toKhabarError } from '@khabar/contracts';
import type { ConsumedRecord } from './driver.ts';
import { OffsetTracker } from './offsets.ts';
import { weightOf } from './record-size.ts';

/**
 * How many events of a partition may wait, for a retry or behind one of their key. Beyond that no more are begun: a fault that so many
 * keys share is seldom theirs, and what waits is gone through for every batch.
 */
const MAX_WAITING_EVENTS = 1_000;
/** How many events may be begun from the first that is not done on, because all of them come again after a crash. */
const MAX_UNCOMMITTABLE_EVENTS = 10_000;

/** One event that is neither done nor a dead letter. */
export interface Entry<T extends EventType> {
  readonly record: ConsumedRecord;
  /** What it weighs in memory, in bytes: value, key and headers. */
  readonly bytes: number;
  readonly key: string;
  /** The event, or why it cannot be one. */
  readonly event: CloudEvent<T> | KhabarError;
  readonly firstAt: string;
  attempt: number;
  failures: number;
  /** When it may be tried (again), by `performance.now()`. */
  dueAtMs: number;
  /** It was in a batch that threw, so it is tried alone: one event must not take its neighbours along. */
  alone: boolean;
}

/** What a {@link PartitionQueue} goes by. */
export interface QueueSettings {
  /** The only type of event that belongs on the topic, or null. */
  readonly type: EventType | null;
  readonly topic: string;
  /** Largest batch. */
  readonly maxEvents: number;
  readonly maxBytes: number;
  /** Most bytes that may wait. */
  readonly maxWaitingBytes: number;
  /** Nothing overtakes an event that waits. */
  readonly inOrder: boolean;
}

/** The records of one partition that are taken and not settled: fresh ones in line, and those begun. */
export class PartitionQueue<T extends EventType> {
  readonly #settings: QueueSettings;
  readonly #offsets = new OffsetTracker();
  #fresh: { readonly record: ConsumedRecord; readonly bytes: number }[] = [];
  /** How many of {@link #fresh}, from its start, have been begun. */
  #taken = 0;
  #freshBytes = 0;
  /** In order of offset. */
  #begun: Entry<T>[] = [];
  #begunBytes = 0;

  constructor(settings: QueueSettings) {
    this.#settings = settings;
  }

  /** Bytes of all its records. */
  get bytes(): number {
    return this.#freshBytes + this.#begunBytes;
  }

  get isEmpty(): boolean {
    return this.#begun.length === 0 && this.#freshEvents === 0;
  }

  /** Whether any is in line. */
  get hasFresh(): boolean {
    return this.#freshEvents > 0;
  }

  /** Whether another batch, or more, is in line. */
  get isFull(): boolean {
    return this.#freshEvents >= this.#settings.maxEvents || this.#freshBytes >= this.#settings.maxBytes;
  }

  /** See {@link OffsetTracker.committable}. */
  get committable(): bigint | null {
    return this.#offsets.committable;
  }

  get #freshEvents(): number {
    return this.#fresh.length - this.#taken;
  }

  /** Puts records in line and tells their bytes. */
  add(records: readonly ConsumedRecord[]): number {
    const added = records.map((record) => ({ record, bytes: weightOf(record) }));
    const bytes = added.reduce((sum, each) => sum + each.bytes, 0);
    this.#fresh = [...this.#fresh.slice(this.#taken), ...added];
    this.#taken = 0;
    this.#freshBytes += bytes;
    return bytes;
  }

  /**
   * The events to try now: those due, and fresh ones, whose key has no earlier one that waits, or, in order, those before the first that
   * waits; one that must be alone is alone.
   * Where there are none, when the next will be due.
   */
  next(nowMs: number): { readonly ready: readonly Entry<T>[]; readonly nextAtMs: number } {
    const { maxEvents, maxBytes, inOrder } = this.#settings;
    const ready: Entry<T>[] = [];
    const heldBack = new Set<string>();
    let readyBytes = 0;
    let nextAtMs = Infinity;
    const fits = (bytes: number) => ready.length === 0 || (ready.length < maxEvents && readyBytes + bytes <= maxBytes);
    for (const each of this.#begun) {
      if (heldBack.has(each.key)) continue;
      if (each.dueAtMs > nowMs) nextAtMs = Math.min(nextAtMs, each.dueAtMs);
      else if (!each.alone) {
        if (!fits(each.bytes)) return { ready, nextAtMs };
        ready.push(each);
        readyBytes += each.bytes;
        continue;
      } else if (ready.length === 0) return { ready: [each], nextAtMs };
      if (inOrder) return { ready, nextAtMs };
      heldBack.add(each.key);
    }
    const firstAt = new Date().toISOString();
    while (this.#freshEvents > 0 && this.#mayBegin(ready.length, readyBytes)) {
      if (!fits(this.#fresh[this.#taken]!.bytes)) break;
      const entry = this.#begin(firstAt);
      if (heldBack.has(entry.key)) continue;
      ready.push(entry);
      readyBytes += entry.bytes;
    }
    return { ready, nextAtMs };
  }

  /** Lets settled events go and tells their bytes. */
  settle(entries: readonly Entry<T>[]): number {
    const settled = new Set(entries);
    let bytes = 0;
    for (const entry of entries) {
      this.#offsets.done(entry.record.offset);
      bytes += entry.bytes;
    }
    this.#begun = this.#begun.filter((each) => !settled.has(each));
    this.#begunBytes -= bytes;
    return bytes;
  }

  #mayBegin(ready: number, readyBytes: number): boolean {
    return (
      this.#begun.length - ready < MAX_WAITING_EVENTS &&
      this.#begunBytes - readyBytes < this.#settings.maxWaitingBytes &&
      this.#offsets.uncommittable < MAX_UNCOMMITTABLE_EVENTS
    );
  }

  #begin(firstAt: string): Entry<T> {
    const { record, bytes } = this.#fresh[this.#taken]!;
    this.#taken += 1;
    if (this.#freshEvents === 0) {
      // a record holds on to all that was fetched with it
      this.#fresh = [];
      this.#taken = 0;
    }
    const event = this.#decode(record);
    const key = record.key ?? (event instanceof KhabarError ? '' : event.subject);
    const entry = { record, bytes, key, event, firstAt, attempt: 1, failures: 0, dueAtMs: 0, alone: false };
    this.#begun.push(entry);
    this.#freshBytes -= bytes;
    this.#begunBytes += bytes;
    this.#offsets.begin(record.offset);
    return entry;
  }

  #decode({ headers, value }: ConsumedRecord): CloudEvent<T> | KhabarError {
    const { type, topic } = this.#settings;
    try {
      const event = decodeEvent(headers, value);
      if (type === null || event.type === type) return event as CloudEvent<T>;
      return new KhabarError('unexpected-event-type', `An event of type ${event.type} does not belong on ${topic}`);
    } catch (thrown) {
      return toKhabarError(thrown);
    }
  }
}
