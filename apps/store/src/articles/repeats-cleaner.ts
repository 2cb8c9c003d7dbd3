import { randomUUID } from 'node:crypto';
import { toKhabarError } from '@khabar/contracts';
import { CONFIG } from '@khabar/runtime';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BackgroundWork } from '../background-work.ts';
import type { StoreConfig } from '../config.ts';
import { StoreEvents } from '../events.ts';
import { forgetRepeats } from './forget-repeats.ts';

/** A thousand articles a minute: a million within a day. */
const EVERY_MS = 60_000;
const ARTICLES_AT_ONCE = 1_000;
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/** Walks through the articles for as long as the service runs, and forgets repeats of events that the topic does not keep any more. */
@Injectable()
export class RepeatsCleaner implements OnApplicationBootstrap {
  readonly #work = new BackgroundWork();

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(StoreEvents) private readonly report: StoreEvents,
    @Inject(CONFIG) private readonly config: StoreConfig,
  ) {}

  onApplicationBootstrap(): void {
    this.#work.start(() => this.#run());
  }

  /** Finishes the step at hand. */
  async stop(): Promise<void> {
    await this.#work.stop();
  }

  async #run(): Promise<void> {
    // Ids are spread evenly, and a service that restarts often is to reach all of them too.
    let lastId: string = randomUUID();
    for (;;) {
      await this.#work.pause(EVERY_MS);
      if (this.#work.isStopping) return;
      try {
        const before = new Date(Date.now() - this.config.ARTICLES_RETENTION).toISOString();
        const step = await forgetRepeats(this.dataSource, lastId, ARTICLES_AT_ONCE, before);
        this.report.forgot(step.count);
        lastId = step.lastId ?? BEFORE_ALL;
      } catch (thrown) {
        this.report.forgettingFailed(toKhabarError(thrown), EVERY_MS);
      }
    }
  }
}
