import { setTimeout } from 'node:timers/promises';
import { toKhabarError } from '@khabar/contracts';
import { problem } from '@khabar/runtime';
import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { StoreEvents } from '../events.ts';
import { ChangeWindow } from './change-window.ts';
import { readChanges, readKeptChanges, type StreamedChange } from './read-changes.ts';

/** Most who follow one store at once. */
const MOST_READERS = 1_000;
/** Changes that are kept in memory for all of them together, some 500 bytes each. */
const WINDOW_SIZE = 4_000;
/** Changes that are read at once. */
const PAGE_SIZE = 200;
/** How often the database is asked for what other stores announced. */
const POLL_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
/** Readers that are behind the window and ask the database for themselves, at once. */
const MOST_CATCHING_UP = 3;

/**
 * The changes as they are announced, for any number of readers: one question to the database at a time for all who are at the end, whoever
 * they are, and none while nobody reads. Who is further behind reads pages for himself, a few at a time.
 */
@Injectable()
export class ChangeFeed implements BeforeApplicationShutdown {
  readonly #stop = new AbortController();
  #readers = 0;
  #window = new ChangeWindow(WINDOW_SIZE, 0);
  #started: Promise<void> | null = null;
  #polling: Promise<void> = Promise.resolve();
  #bell = Promise.withResolvers<void>();
  #news = Promise.withResolvers<void>();
  #catchingUp = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(StoreEvents) private readonly report: StoreEvents,
  ) {}

  /** Aborts when the service stops: a reader is to end then. */
  get stopping(): AbortSignal {
    return this.#stop.signal;
  }

  /** Before the server waits for its connections to end. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#stop.abort();
    await this.#polling;
  }

  /** Says that changes were announced. */
  ring(): void {
    this.#bell.resolve();
  }

  /**
   * Lets a reader in behind a change, or behind the newest one; returns the number behind which it begins. To be followed by {@link leave}.
   * @throws HttpException 410 where changes behind that number are not kept, 503 where too many read or the service stops
   */
  async enter(after: number | null): Promise<number> {
    if (this.#stop.signal.aborted) throw problem(503, 'stopping', 'The service is stopping; connect again in a moment');
    if (this.#readers >= MOST_READERS) {
      throw problem(503, 'too-many-readers', `${MOST_READERS} follow the changes already; connect again later`);
    }
    this.#count(1);
    try {
      await (this.#started ??= this.#start());
      const { deletedTo, newest } = await readKeptChanges(this.dataSource);
      if (after !== null && (after < deletedTo || after > newest)) throw notKept(deletedTo);
      return after ?? newest;
    } catch (error) {
      this.leave();
      throw error;
    }
  }

  /** Lets a reader go. */
  leave(): void {
    this.#count(-1);
    if (this.#readers === 0) this.#bell.resolve();
  }

  /**
   * Changes behind a number: what is there, else what comes within so many milliseconds; none when nothing did or the signal aborts. Null
   * where they are not kept any more. @throws as `readChanges` says
   */
  async next(after: number, withinMs: number, over: AbortSignal): Promise<readonly StreamedChange[] | null> {
    const there = this.#window.read(after, PAGE_SIZE);
    if (there === null) return this.#catchUp(after);
    if (there.length > 0 || over.aborted) return there;
    await patience(withinMs, over, this.#news.promise);
    return this.#window.read(after, PAGE_SIZE) ?? [];
  }

  #count(by: 1 | -1): void {
    this.#readers += by;
    this.report.changeReaders(this.#readers);
  }

  async #start(): Promise<void> {
    try {
      const { newest } = await readKeptChanges(this.dataSource);
      this.#window = new ChangeWindow(WINDOW_SIZE, newest);
      this.#polling = this.#poll();
    } catch (error) {
      this.#started = null;
      throw error;
    }
  }

  async #poll(): Promise<void> {
    const { signal } = this.#stop;
    let failures = 0;
    while (this.#readers > 0 && !signal.aborted) {
      this.#bell = Promise.withResolvers<void>();
      let pauseMs = POLL_MS;
      try {
        // behind the newest nothing is deleted, unless this process slept for as long as changes are kept
        const page = await readChanges(this.dataSource, this.#window.newest, PAGE_SIZE);
        failures = 0;
        if (page === null)
          this.#window = new ChangeWindow(WINDOW_SIZE, (await readKeptChanges(this.dataSource)).newest);
        else if (page.length > 0) this.#announce(page);
        if (page === null || page.length === PAGE_SIZE) continue;
      } catch (thrown) {
        failures++;
        pauseMs = Math.min(LONGEST_PAUSE_MS, POLL_MS * 2 ** failures);
        this.report.changesUnread(toKhabarError(thrown), pauseMs);
        this.#bell = Promise.withResolvers<void>();
      }
      await patience(pauseMs, signal, this.#bell.promise);
    }
    this.#started = null;
  }

  #announce(page: readonly StreamedChange[]): void {
    this.#window.add(page);
    this.#news.resolve();
    this.#news = Promise.withResolvers<void>();
  }

  async #catchUp(after: number): Promise<readonly StreamedChange[] | null> {
    if (this.#catchingUp >= MOST_CATCHING_UP) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#catchingUp++;
    try {
      return await readChanges(this.dataSource, after, PAGE_SIZE);
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#catchingUp--;
    }
  }
}

/** 410 for a reader whose place is gone: it cannot go on without missing something, and is told how to begin anew. */
function notKept(deletedTo: number) {
  return problem(
    410,
    'changes-not-kept',
    `The changes behind this position are not kept (any more). What is kept begins with after=${deletedTo}. To miss nothing: connect without Last-Event-ID, then read /api/v1/articles for what changed since your last event.`,
  );
}

/** Until something happens, the time is over or a signal aborts. */
async function patience(ms: number, signal: AbortSignal, event: Promise<void>): Promise<void> {
  const timer = new AbortController();
  const either = AbortSignal.any([signal, timer.signal]);
  await Promise.race([event, setTimeout(ms, undefined, { signal: either }).catch(() => undefined)]);
  timer.abort();
}
