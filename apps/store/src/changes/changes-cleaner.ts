import { toKhabarError } from '@khabar/contracts';
import { CONFIG } from '@khabar/runtime';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BackgroundWork } from '../background-work.ts';
import type { StoreConfig } from '../config.ts';
import { StoreEvents } from '../events.ts';
import { deleteOldChanges } from './read-changes.ts';

const EVERY_MS = 60_000;
const AT_ONCE = 5_000;

/** Deletes changes that were announced longer ago than CHANGES_KEPT, for as long as the service runs. */
@Injectable()
export class ChangesCleaner implements OnApplicationBootstrap {
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
    for (;;) {
      await this.#work.pause(EVERY_MS);
      try {
        const before = new Date(Date.now() - this.config.CHANGES_KEPT).toISOString();
        let count: number;
        do {
          if (this.#work.isStopping) return;
          count = await deleteOldChanges(this.dataSource, before, AT_ONCE);
        } while (count === AT_ONCE);
      } catch (thrown) {
        this.report.changesNotDeleted(toKhabarError(thrown), EVERY_MS);
      }
    }
  }
}
