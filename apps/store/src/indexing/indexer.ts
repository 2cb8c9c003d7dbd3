import { toKhabarError } from '@khabar/contracts';
import { CONFIG } from '@khabar/runtime';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BackgroundWork, pauseAfterFailures } from '../background-work.ts';
import type { StoreConfig } from '../config.ts';
import { StoreEvents } from '../events.ts';
import { emptySearchList, indexArticles } from './index-articles.ts';
import { Lexicon } from './lexicon.ts';

/** One prepares the next articles while Postgres takes those of the other. */
const WORKERS = 2;
const BATCH_SIZE = 200;
/** What so many articles leave pending in the index, about 1 MB, costs a search a fraction of a millisecond. */
const MOST_PENDING = 100;
/** How often the queue is looked at when nothing here was stored: for what other stores left behind. */
const IDLE_MS = 1_000;
/** A searcher is to find an article within two seconds: from half of that on, saving is held up. */
const LONG_WAIT_SECONDS = 1;
/** For how long at most a batch is held up, so that a long queue slows saving down and never stops it. */
const HOLD_UP_MS = 2_000;

/** Keeps the search index in step with the articles, from the start of the service to its end: at once after a commit of this store. */
@Injectable()
export class Indexer implements OnApplicationBootstrap {
  readonly #work = new BackgroundWork();
  readonly #lexicon = new Lexicon();
  /** Articles that may be pending in the index. */
  #pending = 0;
  /** There while what is stored waits for too long. */
  #behind: PromiseWithResolvers<void> | null = null;

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(StoreEvents) private readonly report: StoreEvents,
    @Inject(CONFIG) private readonly config: StoreConfig,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.config.STORE_SEARCH) return;
    this.#work.start(() => Promise.all(Array.from({ length: WORKERS }, () => this.#run())));
  }

  /** Finishes the rounds at hand; what is left is indexed after the next start. */
  async stop(): Promise<void> {
    await this.#work.stop();
  }

  /** Says that there is something to index. */
  ring(): void {
    this.#work.ring();
  }

  /** Resolves when there is room for more: at once, unless the index is behind, and then for a limited time. */
  async room(): Promise<void> {
    if (this.#behind !== null) await Promise.race([this.#behind.promise, this.#work.pause(HOLD_UP_MS)]);
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#work.isStopping) {
      let heard: number | undefined = this.#work.rings;
      let pauseMs = IDLE_MS;
      try {
        const indexed = await indexArticles(this.dataSource, this.#lexicon, BATCH_SIZE);
        this.report.indexed(indexed);
        this.#holdUp(indexed.count === BATCH_SIZE && indexed.waitedSeconds > LONG_WAIT_SECONDS);
        failures = 0;
        this.#pending += indexed.count;
        if (indexed.count === BATCH_SIZE) continue;
        await this.#emptyList();
      } catch (thrown) {
        failures++;
        this.#holdUp(false); // what is not found is better stored than lost
        pauseMs = pauseAfterFailures(failures);
        this.report.indexingFailed(toKhabarError(thrown), pauseMs);
        heard = undefined; // a commit does not shorten the pause
      }
      await this.#work.pause(pauseMs, heard);
    }
  }

  async #emptyList(): Promise<void> {
    if (this.#pending < MOST_PENDING) return;
    this.#pending = 0;
    await emptySearchList(this.dataSource);
  }

  #holdUp(isBehind: boolean): void {
    if (isBehind) {
      this.#behind ??= Promise.withResolvers();
    } else {
      this.#behind?.resolve();
      this.#behind = null;
    }
  }
}
