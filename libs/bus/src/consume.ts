import { setTimeout as sleep } from 'node:timers/promises';
import { type DeadLetterReason, type EventType, KhabarError, isErased, toKhabarError } from '@khabar/contracts';
import { Bell } from './bell.ts';
import type { Outcome, Produced, SubscriptionRequest } from './handling.ts';
import type { BusListener, BusSettings } from './settings.ts';
import type { BytesInFlight } from './bytes-in-flight.ts';
import { callHandler } from './call-handler.ts';
import { deadLetterOf, shortDeadLetterOf } from './dead-letters.ts';
import { backoffMs, nextDelivery } from './delivery.ts';
import type { ConsumedRecord, OutgoingRecord, OwnPartition, PartitionWork } from './driver.ts';
import type { Outlet, Sending } from './outlet.ts';
import { type Entry, PartitionQueue } from './partition-queue.ts';
import { Turns } from './turns.ts';

/** What was produced of one event. */
interface Production<T extends EventType> {
  readonly of: Entry<T>;
  readonly sendings: readonly Sending[];
}

/** What became of one event in a transaction: what goes out, and the reason where it is a dead letter. */
interface Conclusion<T extends EventType> {
  readonly of: Entry<T>;
  readonly sendings: readonly Sending[];
  readonly error: KhabarError | null;
  /** Its topic has refused the whole dead letter. */
  readonly shortened?: boolean;
}

/** A dead letter that is to go out. */
interface Letter<T extends EventType> {
  readonly of: Entry<T>;
  readonly reason: DeadLetterReason;
  readonly record: OutgoingRecord;
}

/** A failed event and why. */
type Failure<T extends EventType> = readonly [Entry<T>, KhabarError];

/** What a consumer shares with the others of its bus. */
export interface ConsumerSurroundings {
  readonly settings: BusSettings;
  readonly listener: BusListener;
  readonly outlet: Outlet;
  readonly inFlight: BytesInFlight;
}

/** Which part of the bytes in flight may wait in one partition for retries, and behind them. */
const WAITING_PART = 8;

/**
 * The way of a partition's records through a handler, the same for both drivers: decode, handle, retry or give up, commit as it goes.
 * What waits for a retry holds back later events of its key alone; what waits for a dependency, the whole partition.
 */
export function consumeWith<T extends EventType>(
  request: SubscriptionRequest<T>,
  surroundings: ConsumerSurroundings,
): (partition: OwnPartition) => PartitionWork {
  const turns = new Turns(request.batchesAtOnce ?? Infinity);
  return (partition) => new PartitionRun(request, surroundings, turns, partition);
}

class PartitionRun<T extends EventType> implements PartitionWork {
  readonly #request: SubscriptionRequest<T>;
  readonly #settings: BusSettings;
  readonly #listener: BusListener;
  readonly #outlet: Outlet;
  readonly #inFlight: BytesInFlight;
  readonly #turns: Turns;
  readonly #own: OwnPartition;
  readonly #queue: PartitionQueue<T>;
  readonly #bell = new Bell();
  readonly #wakeForRoom = () => this.#makeRoom();
  /** Aborts when nothing new is to begin. */
  readonly #ending = new AbortController();
  /** Aborts when the handler is to stop. */
  readonly #stop = new AbortController();
  readonly #finished: Promise<void>;
  #lost = false;
  #handling = false;
  #roomWanted: PromiseWithResolvers<void> | null = null;
  /** Until when all waits for a dependency, by `performance.now()`, and for how many times in a row. */
  #pausedUntilMs = 0;
  #pauses = 0;
  #committed: bigint | null = null;

  constructor(
    request: SubscriptionRequest<T>,
    { settings, listener, outlet, inFlight }: ConsumerSurroundings,
    turns: Turns,
    own: OwnPartition,
  ) {
    this.#request = request;
    this.#settings = settings;
    this.#listener = listener;
    this.#outlet = outlet;
    this.#inFlight = inFlight;
    this.#turns = turns;
    this.#own = own;
    this.#queue = new PartitionQueue({
      topic: request.topic.name,
      type: request.topic.event,
      maxEvents: settings.batchMaxEvents,
      maxBytes: settings.batchMaxBytes,
      maxWaitingBytes: settings.maxBytesInFlight / WAITING_PART,
      inOrder: settings.transactions,
    });
    this.#finished = this.#run();
  }

  take(records: readonly ConsumedRecord[]): Promise<void> {
    if (this.#ending.signal.aborted) return Promise.resolve();
    this.#inFlight.take(this.#queue.add(records));
    this.#bell.ring();
    this.#roomWanted ??= Promise.withResolvers();
    const { promise } = this.#roomWanted;
    this.#makeRoom();
    return promise;
  }

  finish(): Promise<void> {
    this.#ending.abort();
    this.#bell.ring();
    this.#makeRoom();
    return this.#finished;
  }

  stop(): Promise<void> {
    this.#stop.abort();
    return this.finish();
  }

  lose(): Promise<void> {
    this.#lost = true;
    return this.stop();
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      try {
        await this.#step();
        // here, where no frame of what is done still holds its events: a commit takes as long as the broker does
        await this.#commit();
      } catch (error) {
        // a fault of our own or of a listener: what is not settled is still in line
        this.#pauseFor(error);
      }
    }
    await this.#commit();
    this.#inFlight.forget(this.#wakeForRoom);
    this.#inFlight.release(this.#queue.bytes);
  }

  async #step(): Promise<void> {
    const pausedMs = this.#pausedUntilMs - performance.now();
    if (pausedMs > 0) return this.#pause(pausedMs);
    // decoded no sooner than it can be handled: an event takes several times its bytes
    if (!(await this.#turns.take(this.#ending.signal))) return;
    let waitMs: number | null;
    try {
      waitMs = await this.#turn();
    } finally {
      this.#turns.give();
    }
    if (waitMs !== null) await this.#bell.wait(waitMs === Infinity ? undefined : waitMs);
  }

  /** Tries the events that are to be tried now. Null; where there are none, for how long there will be none, in milliseconds. */
  async #turn(): Promise<number | null> {
    const nowMs = performance.now();
    const { ready, nextAtMs } = this.#queue.next(nowMs);
    this.#makeRoom();
    const erased = ready.filter(({ record }) => isErased(record));
    if (erased.length > 0) this.#settle(erased);
    else if (ready.length > 0) await this.#try(ready);
    else return nextAtMs - nowMs;
    return null;
  }

  /**
   * More is taken when nothing is in line, and while a handler is at work up to another batch, if bytes are free; by a partition that holds
   * nothing in any case, so that none starves. What a quick handler would have done at once does not wait for the next fetch: it would
   * leave the processor's caches, and live through collections of garbage.
   */
  #makeRoom(): void {
    if (this.#roomWanted === null) return;
    if (!this.#ending.signal.aborted) {
      if (this.#queue.hasFresh && (!this.#handling || this.#queue.isFull)) return;
      if (this.#inFlight.spent && !this.#queue.isEmpty) return this.#inFlight.whenFree(this.#wakeForRoom);
    }
    this.#roomWanted.resolve();
    this.#roomWanted = null;
  }

  async #try(tried: readonly Entry<T>[]): Promise<void> {
    const events = tried.filter(({ event }) => !(event instanceof KhabarError));
    const outcomes = events.length > 0 ? await this.#handle(events) : [];
    if (this.#lost) return;
    if (this.#settings.transactions) {
      if (outcomes !== null) await this.#commitTogether(this.#conclude(tried, outcomes));
      return;
    }
    const done: Entry<T>[] = [];
    const produced: Production<T>[] = [];
    const failed: Failure<T>[] = [];
    const dead: Failure<T>[] = tried.flatMap((each) => (each.event instanceof KhabarError ? [[each, each.event]] : []));
    for (const [at, outcome] of (outcomes ?? []).entries()) {
      const each = events[at]!;
      if (outcome === 'done') done.push(each);
      else if (outcome instanceof KhabarError) failed.push([each, outcome]);
      else this.#prepare(each, outcome, produced, failed);
    }
    this.#finishWith(done);
    const retried = new Map<string, bigint>();
    for (const [each, error] of failed) {
      if (!this.#willRetry(each, error)) dead.push([each, error]);
      else if (!retried.has(each.key)) retried.set(each.key, each.record.offset);
    }
    // what came of a later event of the same key is not to overtake it: that one is handled again
    const overtakes = ({ of: { key, record } }: Production<T>) => (retried.get(key) ?? record.offset) < record.offset;
    for (const { sendings } of produced.filter(overtakes)) for (const sending of sendings) sending.end();
    await this.#publish(
      produced.filter((each) => !overtakes(each)),
      dead,
    );
    await this.#bury(dead);
  }

  /** What may be committed together, in order, up to the first event that is to be tried again; what came of later ones is forgotten. */
  #conclude(tried: readonly Entry<T>[], outcomes: readonly Outcome[]): Conclusion<T>[] {
    const conclusions: Conclusion<T>[] = [];
    let at = 0;
    for (const each of tried) {
      const outcome = each.event instanceof KhabarError ? each.event : outcomes[at++]!;
      const produced: Production<T>[] = [];
      const failed: Failure<T>[] = [];
      if (outcome instanceof KhabarError) failed.push([each, outcome]);
      else if (outcome !== 'done') this.#prepare(each, outcome, produced, failed);
      const error = failed[0]?.[1] ?? null;
      if (error !== null && !(each.event instanceof KhabarError) && this.#willRetry(each, error)) break;
      conclusions.push({ of: each, sendings: produced[0]?.sendings ?? [], error });
    }
    return conclusions;
  }

  /** Commits a part of the partition together with all that came of it; where that is refused for good, event by event. False: not all. */
  async #commitTogether(conclusions: readonly Conclusion<T>[]): Promise<boolean> {
    if (conclusions.length === 0) return true;
    const letters = conclusions.flatMap(({ of, error, shortened }) =>
      error === null ? [] : [this.#letter([of, error], shortened)],
    );
    const letterOf = new Map(letters.map((letter) => [letter.of, letter.record]));
    const outputs = conclusions.flatMap(({ of, sendings }) => letterOf.get(of) ?? sendings.map(({ record }) => record));
    const next = conclusions.at(-1)!.of.record.offset + 1n;
    const refused = await this.#patiently('cannot commit', () => this.#own.commit(next, outputs));
    if (refused === 'stopped' || this.#lost) return false;
    if (refused !== null) return this.#commitRefused(conclusions, refused);
    for (const { sendings } of conclusions) for (const sending of sendings) sending.end();
    this.#committed = next;
    this.#outlet.report(outputs);
    this.#finishWith(conclusions.filter(({ error }) => error === null).map(({ of }) => of));
    this.#buried(letters);
    return true;
  }

  async #commitRefused(conclusions: readonly Conclusion<T>[], refused: KhabarError): Promise<boolean> {
    if (conclusions.length > 1) {
      // in order: none may be committed behind one that is not
      for (const each of conclusions) if (!(await this.#commitTogether([each]))) return false;
      return true;
    }
    const { of, sendings, error, shortened } = conclusions[0]!;
    for (const sending of sendings) sending.end(refused);
    if (!shortened) {
      return this.#commitTogether([{ of, sendings: [], error: error ?? refused, shortened: error !== null }]);
    }
    this.#pauseFor(refused); // not even that: it stays, and is handled again
    return false;
  }

  #prepare(each: Entry<T>, { publish }: Produced, produced: Production<T>[], failed: Failure<T>[]): void {
    const sendings: Sending[] = [];
    try {
      for (const event of publish) sendings.push(this.#outlet.prepare(event));
      produced.push({ of: each, sendings });
    } catch (thrown) {
      for (const sending of sendings) sending.end(thrown);
      failed.push([each, toKhabarError(thrown)]);
    }
  }

  /** Makes durable what was produced, all at once; where a record of it is refused for good, event by event, to find the one at fault. False: stopped. */
  async #publish(produced: readonly Production<T>[], failed: Failure<T>[]): Promise<boolean> {
    const sendings = produced.flatMap((each) => each.sendings);
    const records = sendings.map(({ record }) => record);
    const refused =
      records.length === 0 ? null : await this.#patiently('cannot publish', () => this.#outlet.send(records));
    if (refused !== null && refused !== 'stopped' && produced.length > 1) {
      // one that was stopped is not to be overtaken by a later one of its key
      for (const each of produced) if (!(await this.#publish([each], failed))) return false;
      return true;
    }
    for (const sending of sendings) sending.end(refused === 'stopped' ? undefined : (refused ?? undefined));
    if (refused === null) this.#finishWith(produced.map(({ of }) => of));
    else if (refused !== 'stopped') failed.push([produced[0]!.of, refused]);
    return refused !== 'stopped';
  }

  /** Tries until it is done (null), refused for good (why), or nothing new is to begin. */
  async #patiently(failing: string, work: () => Promise<void>): Promise<KhabarError | 'stopped' | null> {
    for (let failures = 1; ; failures += 1) {
      try {
        await work();
        return null;
      } catch (thrown) {
        const error = toKhabarError(thrown);
        if (!error.retriable) return error;
        this.#disturbed(failing, error);
        if (this.#ending.signal.aborted) return 'stopped';
        await this.#backoff(failures);
      }
    }
  }

  #finishWith(done: readonly Entry<T>[]): void {
    if (done.length === 0) return;
    this.#settle(done);
    const bytes = done.reduce((sum, each) => sum + (each.record.value?.length ?? 0), 0);
    this.#listener.consumed?.(this.#request.topic.name, this.#own.partition, done.length, bytes);
  }

  #settle(entries: readonly Entry<T>[]): void {
    this.#inFlight.release(this.#queue.settle(entries));
    this.#makeRoom();
  }

  /** What became of each event, or null when nothing is to be concluded. */
  async #handle(tried: readonly Entry<T>[]): Promise<readonly Outcome[] | null> {
    const { signal } = this.#stop;
    const startedAtMs = performance.now();
    this.#handling = true;
    this.#makeRoom();
    try {
      const outcomes = await callHandler(this.#request, this.#settings, this.#own.partition, tried, signal);
      this.#pauses = 0;
      return outcomes;
    } catch (thrown) {
      if (signal.aborted) return null;
      const error = toKhabarError(thrown);
      if (error.dependency) {
        this.#pauseFor(error);
        return null;
      }
      if (tried.length === 1) return [error];
      for (const each of tried) each.alone = true;
      return null;
    } finally {
      this.#handling = false;
      const seconds = (performance.now() - startedAtMs) / 1000;
      this.#listener.handled?.(this.#request.topic.name, this.#own.partition, tried.length, seconds);
    }
  }

  /** Nothing is tried for a while: all would meet the same closed door. */
  #pauseFor(error: unknown): void {
    this.#pauses += 1;
    const pauseMs = backoffMs(this.#pauses, this.#settings, Math.random());
    this.#pausedUntilMs = performance.now() + pauseMs;
    this.#disturbed(`waits ${pauseMs} ms for what it depends on`, error);
  }

  #willRetry(each: Entry<T>, error: KhabarError): boolean {
    each.failures += 1;
    const delivery = nextDelivery(
      { error, attempt: each.attempt, failures: each.failures },
      this.#settings,
      Math.random(),
    );
    if (delivery.retryAfterMs === null) return false;
    const [topic, { partition }] = [this.#request.topic.name, this.#own];
    this.#listener.retrying?.(topic, partition, subjectOf(each), each.attempt, delivery.retryAfterMs, error);
    if (delivery.countsAsAttempt) each.attempt += 1;
    each.dueAtMs = performance.now() + delivery.retryAfterMs;
    return true;
  }

  #reason({ record, attempt, firstAt }: Entry<T>, { code, message }: KhabarError, lastAt: string): DeadLetterReason {
    const { service, version } = this.#settings;
    const origin = { topic: record.topic, partition: record.partition, offset: String(record.offset) };
    return { code, message, attempts: attempt, service, version, origin, firstAt, lastAt };
  }

  #letter([of, error]: Failure<T>, shortened = false): Letter<T> {
    const reason = this.#reason(of, error, new Date().toISOString());
    const make = shortened ? shortDeadLetterOf : deadLetterOf;
    return { of, reason, record: make(this.#request.topic, of.record, reason) };
  }

  /** Settles dead letters once they are durable; what cannot be sent stays unsettled, and so uncommitted. */
  async #bury(dead: readonly Failure<T>[], shortened = false): Promise<void> {
    if (dead.length === 0) return;
    const letters = dead.map((failure) => this.#letter(failure, shortened));
    const records = letters.map(({ record }) => record);
    const refused = await this.#patiently('cannot put away dead letters', () => this.#outlet.send(records));
    if (refused === null) this.#buried(letters);
    else if (refused === 'stopped') return;
    else if (dead.length > 1) for (const each of dead) await this.#bury([each], shortened);
    else if (!shortened) await this.#bury(dead, true);
    else this.#pauseFor(refused); // not even that: it stays, and is handled again
  }

  #buried(letters: readonly Letter<T>[]): void {
    this.#settle(letters.map(({ of }) => of));
    for (const { of, reason } of letters) {
      this.#listener.deadLettered?.(this.#request.topic.name, subjectOf(of), reason);
    }
  }

  /** Commits what may be, as often as it takes: going on without would only mean more that comes again. */
  async #commit(): Promise<void> {
    const next = this.#queue.committable;
    if (next === null || next === this.#committed || this.#lost) return;
    const refused = await this.#patiently('cannot commit', () => this.#own.commit(next));
    if (refused === null) this.#committed = next;
    else if (refused !== 'stopped') this.#pauseFor(refused);
  }

  #disturbed(what: string, error: unknown): void {
    const [topic, { partition }] = [this.#request.topic.name, this.#own];
    this.#listener.disturbed?.(`${this.#request.group} ${what} (${topic}, partition ${partition})`, error);
  }

  #backoff(failures: number): Promise<void> {
    return this.#pause(backoffMs(failures, this.#settings, Math.random()));
  }

  /** Ends early when nothing new is to begin. */
  async #pause(ms: number): Promise<void> {
    const { signal } = this.#ending;
    try {
      await sleep(Math.max(0, ms), undefined, { signal });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}

function subjectOf({ event, key }: Entry<EventType>): string {
  return event instanceof KhabarError ? key : event.subject;
}
