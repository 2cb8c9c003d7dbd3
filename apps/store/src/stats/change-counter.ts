import { toKhabarError } from '@khabar/contracts';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BackgroundWork } from '../background-work.ts';
import { StoreEvents } from '../events.ts';
import { countChanges } from './count-changes.ts';

const EVERY_MS = 2_000;
const AFTER_FAILURE_MS = 30_000;
const AT_ONCE = 2_000;

/** Counts changes by the hour, for as long as the service runs. */
@Injectable()
export class ChangeCounter implements OnApplicationBootstrap {
  readonly #work = new BackgroundWork();

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(StoreEvents) private readonly report: StoreEvents,
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
      } catch (thrown) {
        pauseMs = AFTER_FAILURE_MS;
        this.report.changesNotCounted(toKhabarError(thrown), pauseMs);
      }
      await this.#work.pause(pauseMs);
    }
  }
}
