import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CloudEvent,
  type DeadLetterReason,
  type EventType,
  KhabarError,
  decodeEvent,
  toKhabarError,
} from '@khabar/contracts';
import type { BusListener, BusSettings, Outcome, Produced, ReceivedEvent, SubscriptionRequest } from './bus.ts';
import { deadLetterOf } from './dead-letters.ts';
import { backoffMs, nextDelivery } from './delivery.ts';
import type { ConsumedRecord, OutgoingRecord, RecordBatch } from './driver.ts';
import { OffsetTracker } from './offsets.ts';
import { type TracedEvent, systemOf, traceProcessing } from './trace.ts';

/** An event ready to be sent. */
export interface Sending {
  readonly record: OutgoingRecord;
  /** Tells its trace how it went: well, or with the error. */
  readonly end: TracedEvent<CloudEvent>['end'];
}

/** Where what a handler produced, and dead letters, go out. */
export interface Outlet {
  /** @throws KhabarError when the event cannot be published: it is invalid, too large, or no topic is for it */
  prepare(event: CloudEvent): Sending;
  /** Makes records durable. */
  send(records: readonly OutgoingRecord[]): Promise<void>;
}

/** One event that is neither done nor a dead letter. */
interface Waiting<T extends EventType> {
  readonly record: ConsumedRecord;
  readonly event: CloudEvent<T>;
  readonly key: string;
  readonly firstAt: string;
  attempt: number;
  failures: number;
  /** When it may be tried (again), by `performance.now()`. */
  dueAtMs: number;
  /** It was in a batch that threw, so it is tried alone: one event must not take its neighbours along. */
  alone: boolean;
}

/** What was produced of one event. */
interface Production<T extends EventType> {
  readonly of: Waiting<T>;
  readonly sendings: readonly Sending[];
}

interface DeadLetter {
  readonly record: ConsumedRecord;
  readonly subject: string;
  readonly reason: DeadLetterReason;
}

/**
 * The way of a batch of records through a handler, the same for both drivers: decode, handle, retry or give up, commit as it goes.
 * The returned function resolves when every record is done or a durable dead letter and that is committed, or soon after the batch's
 * signal aborted.
 */
export function consumeWith<T extends EventType>(
  request: SubscriptionRequest<T>,
  settings: BusSettings,
  listener: BusListener,
  outlet: Outlet,
): (batch: RecordBatch) => Promise<void> {
  return (batch) => new BatchRun(batch, request, settings, listener, outlet).run();
}

class BatchRun<T extends EventType> {
  readonly #batch: RecordBatch;
  readonly #request: SubscriptionRequest<T>;
  readonly #settings: BusSettings;
  readonly #listener: BusListener;
  readonly #outlet: Outlet;
  readonly #offsets: OffsetTracker;
  #waiting: Waiting<T>[] = [];
  #committed: bigint | null = null;

  constructor(
    batch: RecordBatch,
    request: SubscriptionRequest<T>,
    settings: BusSettings,
    listener: BusListener,
    outlet: Outlet,
  ) {
    this.#batch = batch;
    this.#request = request;
    this.#settings = settings;
    this.#listener = listener;
    this.#outlet = outlet;
    this.#offsets = new OffsetTracker(batch.records.map((record) => record.offset));
  }

  async run(): Promise<void> {
    const { signal } = this.#batch;
    await this.#decode();
    while (this.#waiting.length > 0 && !signal.aborted) {
      const { ready, nextAtMs } = this.#ready(performance.now());
      if (ready.length > 0) await this.#try(ready);
      else await this.#pause(nextAtMs - performance.now());
    }
    for (let failures = 1; !(await this.#commit()) && !signal.aborted; failures += 1) await this.#backoff(failures);
  }

  async #decode(): Promise<void> {
    const undecodable: DeadLetter[] = [];
    const now = new Date().toISOString();
    for (const record of this.#batch.records) {
      try {
        const event = this.#expected(decodeEvent(record.headers, record.value));
        const key = record.key ?? event.subject;
        this.#waiting.push({ record, event, key, firstAt: now, attempt: 1, failures: 0, dueAtMs: 0, alone: false });
      } catch (thrown) {
        undecodable.push({
          record,
          subject: record.key ?? '',
          reason: this.#reason(record, toKhabarError(thrown), 1, now, now),
        });
      }
    }
    await this.#bury(undecodable);
  }

  #expected(event: CloudEvent): CloudEvent<T> {
    const { topic } = this.#request;
    if (topic.event !== null && event.type !== topic.event) {
      throw new KhabarError('unexpected-event-type', `An event of type ${event.type} does not belong on ${topic.name}`);
    }
    return event as CloudEvent<T>;
  }

  /** The events to try now: those due whose key has no earlier one that waits; one that must be alone is alone. */
  #ready(nowMs: number): { ready: Waiting<T>[]; nextAtMs: number } {
    const ready: Waiting<T>[] = [];
    const heldBack = new Set<string>();
    let nextAtMs = Infinity;
    for (const each of this.#waiting) {
      if (heldBack.has(each.key)) continue;
      if (each.dueAtMs > nowMs) nextAtMs = Math.min(nextAtMs, each.dueAtMs);
      else if (!each.alone) {
        ready.push(each);
        continue;
      } else if (ready.length === 0) return { ready: [each], nextAtMs };
      heldBack.add(each.key);
    }
    return { ready, nextAtMs };
  }

  async #try(tried: readonly Waiting<T>[]): Promise<void> {
    const { topic, partition } = this.#batch;
    const startedAtMs = performance.now();
    const outcomes = await this.#handle(tried);
    this.#listener.handled?.(topic, partition, tried.length, (performance.now() - startedAtMs) / 1000);
    if (outcomes === null) return;
    const done: Waiting<T>[] = [];
    const produced: Production<T>[] = [];
    const failed: [Waiting<T>, KhabarError][] = [];
    for (const [at, each] of tried.entries()) {
      const outcome = outcomes[at]!;
      if (outcome === 'done') done.push(each);
      else if (outcome instanceof KhabarError) failed.push([each, outcome]);
      else this.#prepare(each, outcome, produced, failed);
    }
    this.#finish(done);
    await this.#publish(produced, failed);
    const dead = failed
      .filter(([each, error]) => !this.#willRetry(each, error))
      .map(([each, error]) => this.#deadLetter(each, error));
    await this.#bury(dead);
    await this.#commit();
  }

  #prepare(
    each: Waiting<T>,
    { publish }: Produced,
    produced: Production<T>[],
    failed: [Waiting<T>, KhabarError][],
  ): void {
    const sendings: Sending[] = [];
    try {
      for (const event of publish) sendings.push(this.#outlet.prepare(event));
      produced.push({ of: each, sendings });
    } catch (thrown) {
      for (const sending of sendings) sending.end(thrown);
      failed.push([each, toKhabarError(thrown)]);
    }
  }

  /** Makes durable what was produced, all at once; where a record of it is refused for good, event by event, to find the one at fault. */
  async #publish(produced: readonly Production<T>[], failed: [Waiting<T>, KhabarError][]): Promise<void> {
    const sendings = produced.flatMap((each) => each.sendings);
    const records = sendings.map(({ record }) => record);
    const refused = records.length === 0 ? null : await this.#sendPatiently(records, 'cannot publish');
    if (refused !== null && refused !== 'stopped' && produced.length > 1) {
      for (const each of produced) await this.#publish([each], failed);
      return;
    }
    for (const sending of sendings) sending.end(refused ?? undefined);
    if (refused === null) this.#finish(produced.map(({ of }) => of));
    else if (refused !== 'stopped') failed.push([produced[0]!.of, refused]);
  }

  /** Sends until it is durable (null), refused for good (why), or the signal aborts. */
  async #sendPatiently(records: readonly OutgoingRecord[], failing: string): Promise<KhabarError | 'stopped' | null> {
    for (let failures = 1; ; failures += 1) {
      try {
        await this.#outlet.send(records);
        return null;
      } catch (thrown) {
        const error = toKhabarError(thrown);
        if (!error.retriable) return error;
        this.#disturbed(failing, error);
        if (this.#batch.signal.aborted) return 'stopped';
        await this.#backoff(failures);
      }
    }
  }

  #finish(done: readonly Waiting<T>[]): void {
    if (done.length === 0) return;
    this.#settle(done.map((each) => each.record));
    const { topic, partition } = this.#batch;
    const bytes = done.reduce((sum, each) => sum + (each.record.value?.length ?? 0), 0);
    this.#listener.consumed?.(topic, partition, done.length, bytes);
  }

  /** What became of each event, or null when nothing is to be concluded. */
  async #handle(tried: readonly Waiting<T>[]): Promise<readonly Outcome[] | null> {
    const { topic, partition, signal } = this.#batch;
    const { group } = this.#request;
    const traced = tried.map(({ event, record: { offset, value } }) => {
      const receipt = { topic, partition, offset, group, bytes: value?.length ?? 0, batchSize: tried.length };
      return traceProcessing(systemOf(this.#settings), event, receipt);
    });
    try {
      const events = tried.map((each, at) => toReceivedEvent(each, traced[at]!.event));
      const outcomes =
        (await this.#request.handle({ topic, partition, events, signal })) ?? events.map(() => 'done' as const);
      if (outcomes.length === events.length) {
        for (const [at, outcome] of outcomes.entries())
          traced[at]!.end(outcome instanceof KhabarError ? outcome : undefined);
        return outcomes;
      }
      throw new KhabarError(
        'wrong-outcomes',
        `The handler told ${outcomes.length} outcomes of ${events.length} events`,
        {
          retriable: true,
        },
      );
    } catch (thrown) {
      for (const each of traced) each.end(thrown);
      if (signal.aborted) return null;
      const error = toKhabarError(thrown);
      if (error.dependency) {
        this.#waitFor(error, tried);
        return null;
      }
      if (tried.length === 1) return [error];
      for (const each of tried) each.alone = true;
      return null;
    }
  }

  #waitFor(error: KhabarError, tried: readonly Waiting<T>[]): void {
    const failures = Math.max(...tried.map((each) => each.failures)) + 1;
    const pauseMs = backoffMs(failures, this.#settings, Math.random());
    const dueAtMs = performance.now() + pauseMs;
    // The neighbours that have not been tried would meet the same closed door.
    for (const each of this.#waiting) {
      each.failures = failures;
      each.dueAtMs = Math.max(each.dueAtMs, dueAtMs);
    }
    this.#disturbed(`waits ${pauseMs} ms for what it depends on`, error);
  }

  #willRetry(each: Waiting<T>, error: KhabarError): boolean {
    each.failures += 1;
    const delivery = nextDelivery(
      { error, attempt: each.attempt, failures: each.failures },
      this.#settings,
      Math.random(),
    );
    if (delivery.retryAfterMs === null) return false;
    const { topic, partition } = this.#batch;
    this.#listener.retrying?.(topic, partition, each.event.subject, each.attempt, delivery.retryAfterMs, error);
    if (delivery.countsAsAttempt) each.attempt += 1;
    each.dueAtMs = performance.now() + delivery.retryAfterMs;
    return true;
  }

  #deadLetter(each: Waiting<T>, error: KhabarError): DeadLetter {
    const reason = this.#reason(each.record, error, each.attempt, each.firstAt, new Date().toISOString());
    return { record: each.record, subject: each.event.subject, reason };
  }

  #reason(
    { topic, partition, offset }: ConsumedRecord,
    { code, message }: KhabarError,
    attempts: number,
    firstAt: string,
    lastAt: string,
  ): DeadLetterReason {
    const { service, version } = this.#settings;
    const origin = { topic, partition, offset: String(offset) };
    return { code, message, attempts, service, version, origin, firstAt, lastAt };
  }

  /** Settles dead letters once they are durable; what cannot be sent stays unsettled, and so uncommitted. */
  async #bury(letters: readonly DeadLetter[]): Promise<void> {
    if (letters.length === 0) return;
    const records = letters.map(({ record, reason }) => deadLetterOf(this.#request.topic, record, reason));
    for (let failures = 1; ; failures += 1) {
      try {
        await this.#outlet.send(records);
        break;
      } catch (error) {
        this.#disturbed('cannot put away dead letters', error);
        if (this.#batch.signal.aborted) return;
        await this.#backoff(failures);
      }
    }
    this.#settle(letters.map(({ record }) => record));
    for (const { subject, reason } of letters) this.#listener.deadLettered?.(this.#batch.topic, subject, reason);
  }

  #settle(records: readonly ConsumedRecord[]): void {
    const settled = new Set(records);
    for (const record of records) this.#offsets.done(record.offset);
    this.#waiting = this.#waiting.filter((each) => !settled.has(each.record));
  }

  /** Whether all that may be committed is. */
  async #commit(): Promise<boolean> {
    const next = this.#offsets.committable;
    if (next === null || next === this.#committed) return true;
    try {
      await this.#batch.commit(next);
      this.#committed = next;
      return true;
    } catch (error) {
      this.#disturbed('cannot commit', error);
      return false;
    }
  }

  #disturbed(what: string, error: unknown): void {
    const { topic, partition } = this.#batch;
    this.#listener.disturbed?.(`${this.#request.group} ${what} (${topic}, partition ${partition})`, error);
  }

  #backoff(failures: number): Promise<void> {
    return this.#pause(backoffMs(failures, this.#settings, Math.random()));
  }

  async #pause(ms: number): Promise<void> {
    const { signal } = this.#batch;
    try {
      await sleep(Math.max(0, ms), undefined, { signal });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}

function toReceivedEvent<T extends EventType>(
  { key, record, attempt }: Waiting<T>,
  event: CloudEvent<T>,
): ReceivedEvent<T> {
  return { event, key, offset: record.offset, attempt, bytes: record.value?.length ?? 0 };
}
