import { toKhabarError } from '@khabar/contracts';
import { CONFIG } from '@khabar/runtime';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BackgroundWork } from '../background-work.ts';
import type { StoreConfig } from '../config.ts';
import { StoreEvents } from '../events.ts';
import { countChanges } from './count-changes.ts';
import { forgetCounts } from './forget-counts.ts';

const EVERY_MS = 2_000;
const AFTER_FAILURE_MS = 30_000;
const AT_ONCE = 2_000;
const FORGET_EVERY_MS = 60 * 60 * 1000;

/** Counts changes by the hour and forgets what is older than STATS_KEPT, for as long as the service runs. */
@Injectable()
export class ChangeCounter implements OnApplicationBootstrap {
  readonly #work = new BackgroundWork();
  #forgetAtMs = 0;

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(StoreEvents) private readonly report: StoreEvents,
    @Inject(CONFIG) private readonly config: Pick<StoreConfig, 'STATS_KEPT'>,
  ) {}

  onApplicationBootstrap(): void {
    this.#work.start(() => this.#run());
  }

  /** Finishes the step at hand. */
  async stop(): Promise<void> {
    await this.#work.stop();
  }

  async #run(): Promise<void> {
    while (!this.#work.isStopping) {
      let pauseMs = EVERY_MS;
      try {
        if ((await countChanges(this.dataSource, AT_ONCE)) === AT_ONCE) continue;
        if (performance.now() >= this.#forgetAtMs) {
          const before = new Date(Date.now() - this.config.STATS_KEPT).toISOString();
          if ((await forgetCounts(this.dataSource, before, AT_ONCE)) === AT_ONCE) continue;
          this.#forgetAtMs = performance.now() + FORGET_EVERY_MS;
        }
      } catch (thrown) {
        pauseMs = AFTER_FAILURE_MS;
        this.report.changesNotCounted(toKhabarError(thrown), pauseMs);
      }
      await this.#work.pause(pauseMs);
    }
  }
}
