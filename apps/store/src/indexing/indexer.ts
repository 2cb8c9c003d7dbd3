import { toKhabarError } from '@khabar/contracts';
import { CONFIG } from '@khabar/runtime';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BackgroundWork, pauseAfterFailures } from '../background-work.ts';
import type { StoreConfig } from '../config.ts';
import { StoreEvents } from '../events.ts';
import { emptySearchList, indexArticles } from './index-articles.ts';
import { Lexicon } from './lexicon.ts';
import { SavingRoom } from './saving-room.ts';

/** One prepares the next articles while Postgres takes those of the other. */
const WORKERS = 2;
const BATCH_SIZE = 200;
/** What so many articles leave pending in the index, about 1 MB, costs a search a fraction of a millisecond. */
const MOST_PENDING = 100;
/** How often the queue is looked at when nothing here was stored: for what other stores left behind. */
const IDLE_MS = 1_000;
/** For how long at most a batch is held up. */
const HOLD_UP_MS = 10_000;

/** Keeps the search index in step with the articles, from the start of the service to its end: at once after a commit of this store. */
@Injectable()
export class Indexer implements OnApplicationBootstrap {
  readonly #work = new BackgroundWork();
  readonly #lexicon = new Lexicon();
  /** To be entered by what is saved: the index says how much it can follow. Open while the index is not kept. */
  readonly room = new SavingRoom(HOLD_UP_MS);
  /** Articles that may be pending in the index. */
  #pending = 0;

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
    this.room.open();
    await this.#work.stop();
  }

  /** Says that there is something to index. */
  ring(): void {
    this.#work.ring();
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#work.isStopping) {
      let heard: number | undefined = this.#work.rings;
      let pauseMs = IDLE_MS;
      try {
        const startedAtMs = performance.now();
        const indexed = await indexArticles(this.dataSource, this.#lexicon, BATCH_SIZE);
        this.report.indexed(indexed);
        const perSecond = (WORKERS * indexed.count * 1_000) / (performance.now() - startedAtMs);
        this.room.indexed(indexed.count, perSecond, indexed.count < BATCH_SIZE);
        failures = 0;
        this.#pending += indexed.count;
        if (indexed.count === BATCH_SIZE) continue;
        if (indexed.count === 0 && this.room.isIdle) await this.#emptyList();
      } catch (thrown) {
        failures++;
        this.room.open();
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
}
