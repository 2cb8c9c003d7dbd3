import { toKhabarError } from '@khabar/contracts';
import { CONFIG } from '@khabar/runtime';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BackgroundWork } from '../background-work.ts';
import { Clusterer } from '../clusters/clusterer.ts';
import type { StoreConfig } from '../config.ts';
import { StoreEvents } from '../events.ts';
import { OutboxRelay } from '../outbox/outbox-relay.ts';
import { expireArticles } from './expire-articles.ts';
import { retentionLimits } from './limits.ts';

/** From one walk through all articles to the next; the first begins so long after the start. */
const WALK_EVERY_MS = 60 * 60 * 1000;
const FIRST_WALK_MS = 60 * 1000;
const LOOKED_AT_ONCE = 1_000;
/** Between two looks: a million articles take some minutes. */
const LOOK_EVERY_MS = 100;
/** Deleting may take this part of the time of those who write. */
const PART_OF_TIME = 1 / 6;
const PAUSE_AFTER_FAILURE_MS = 30_000;
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/** Walks through the articles once an hour and deletes what the settings do not keep any longer; does nothing where they keep all. */
@Injectable()
export class RetentionCleaner implements OnApplicationBootstrap {
  readonly #work = new BackgroundWork();

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(OutboxRelay) private readonly relay: OutboxRelay,
    @Inject(Clusterer) private readonly clusterer: Clusterer,
    @Inject(StoreEvents) private readonly report: StoreEvents,
    @Inject(CONFIG) private readonly config: StoreConfig,
  ) {}

  onApplicationBootstrap(): void {
    if (retentionLimits(this.config, new Date()) !== null) this.#work.start(() => this.#run());
  }

  /** Finishes the batch at hand. */
  async stop(): Promise<void> {
    await this.#work.stop();
  }

  async #run(): Promise<void> {
    await this.#work.pause(FIRST_WALK_MS);
    while (!this.#work.isStopping) {
      await this.#walk();
      if (this.#work.isStopping) return;
      this.report.retentionWalked();
      await this.#work.pause(WALK_EVERY_MS);
    }
  }

  async #walk(): Promise<void> {
    let afterId: string | null = BEFORE_ALL;
    while (afterId !== null && !this.#work.isStopping) {
      try {
        const now = new Date();
        const step = { afterId, limit: LOOKED_AT_ONCE, now: now.toISOString() };
        const expired = await expireArticles(this.dataSource, retentionLimits(this.config, now)!, step, (tookMs) =>
          this.#work.pause(tookMs * (1 / PART_OF_TIME - 1)),
        );
        this.report.expired(expired);
        if (expired.count > 0) {
          this.relay.ring();
          this.clusterer.ring();
        }
        afterId = expired.lastId;
        await this.#work.pause(LOOK_EVERY_MS);
      } catch (thrown) {
        this.report.retentionFailed(toKhabarError(thrown), PAUSE_AFTER_FAILURE_MS);
        await this.#work.pause(PAUSE_AFTER_FAILURE_MS);
      }
    }
  }
}
