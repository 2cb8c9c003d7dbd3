import { setTimeout } from 'node:timers/promises';
import { toKhabarError } from '@khabar/contracts';
import { CONFIG } from '@khabar/runtime';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { StoreConfig } from '../config.ts';
import { StoreEvents } from '../events.ts';
import { indexArticles } from './index-articles.ts';
import { Lexicon } from './lexicon.ts';

/** One prepares the next articles while Postgres takes those of the other. */
const WORKERS = 2;
const BATCH_SIZE = 200;
/** How often the queue is looked at when nothing here was stored: for what other stores left behind. */
const IDLE_MS = 1_000;
/** A searcher is to find an article within two seconds: from half of that on, saving is held up. */
const LONG_WAIT_SECONDS = 1;
/** For how long at most a batch is held up, so that a long queue slows saving down and never stops it. */
const HOLD_UP_MS = 2_000;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 30_000;

/** Keeps the search index in step with the articles, from the start of the service to its end: at once after a commit of this store. */
@Injectable()
export class Indexer implements OnApplicationBootstrap {
  readonly #stop = new AbortController();
  readonly #lexicon = new Lexicon();
  #running: Promise<unknown> | null = null;
  #bell = Promise.withResolvers<void>();
  /** There while what is stored waits for too long. */
  #behind: PromiseWithResolvers<void> | null = null;

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(StoreEvents) private readonly report: StoreEvents,
    @Inject(CONFIG) private readonly config: StoreConfig,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.config.STORE_SEARCH) return;
    this.#running = Promise.all(Array.from({ length: WORKERS }, () => this.#run()));
  }

  /** Finishes the rounds at hand; what is left is indexed after the next start. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** Says that there is something to index. */
  ring(): void {
    this.#bell.resolve();
    this.#bell = Promise.withResolvers<void>();
  }

  /** Resolves when there is room for more: at once, unless the index is behind, and then for a limited time. */
  async room(): Promise<void> {
    if (this.#behind !== null) await this.#pause(HOLD_UP_MS, this.#behind.promise);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    let failures = 0;
    while (!signal.aborted) {
      // taken before the queue is looked at, so that what is stored meanwhile is not slept through
      let bell = this.#bell.promise;
      let pauseMs = IDLE_MS;
      try {
        const indexed = await indexArticles(this.dataSource, this.#lexicon, BATCH_SIZE);
        this.report.indexed(indexed);
        this.#holdUp(indexed.count === BATCH_SIZE && indexed.waitedSeconds > LONG_WAIT_SECONDS);
        failures = 0;
        if (indexed.count === BATCH_SIZE) continue;
      } catch (thrown) {
        failures++;
        this.#holdUp(false); // what is not found is better stored than lost
        pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
        this.report.indexingFailed(toKhabarError(thrown), pauseMs);
        bell = new Promise(() => undefined); // a commit does not shorten the pause
      }
      await this.#pause(pauseMs, bell);
    }
  }

  #holdUp(isBehind: boolean): void {
    if (isBehind) {
      this.#behind ??= Promise.withResolvers();
    } else {
      this.#behind?.resolve();
      this.#behind = null;
    }
  }

  async #pause(ms: number, bell: Promise<void>): Promise<void> {
    const timer = new AbortController();
    const signal = AbortSignal.any([this.#stop.signal, timer.signal]);
    await Promise.race([bell, setTimeout(ms, undefined, { signal }).catch(() => undefined)]);
    timer.abort();
  }
}
