import { setTimeout } from 'node:timers/promises';
import { resolve } from 'node:path';
import { ArchiveWriter, pruneArchive } from '@khabar/archive';
import { type Batch, Bus, type Subscription } from '@khabar/bus';
import { CONSUMER_GROUPS, type KhabarError, RAW_ARTICLES, toKhabarError } from '@khabar/contracts';
import { CONFIG, HealthRegistry } from '@khabar/runtime';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { FetcherConfig } from '../config.ts';
import { FetcherEvents } from '../events.ts';

const PRUNE_EVERY_MS = 60 * 60 * 1000;
/** How often a disk that is away is looked for. */
const CHECK_EVERY_MS = 2_000;

/**
 * Keeps what the topic of raw articles keeps for a week only: a consumer of our own topic, in a group of its own, so that what is
 * committed is on disk and several fetchers share the work. Where no archive is wanted its group is forgotten, lest it hold back the
 * pruning of the embedded log for ever.
 */
@Injectable()
export class RawArchive implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #stop = new AbortController();
  readonly #folder: string | null;
  #writer: ArchiveWriter | null = null;
  #subscription: Subscription | null = null;
  #background: Promise<void> | null = null;
  /** Why the last write, or the last look at the disk, failed; null when it did not. */
  #trouble: KhabarError | null = null;

  constructor(
    @Inject(CONFIG) private readonly config: FetcherConfig,
    @Inject(Bus) private readonly bus: Bus,
    @Inject(HealthRegistry) private readonly health: HealthRegistry,
    @Inject(FetcherEvents) private readonly report: FetcherEvents,
  ) {
    this.#folder = config.RAW_ARCHIVE === null ? null : resolve(config.RAW_ARCHIVE);
  }

  async onApplicationBootstrap(): Promise<void> {
    if (this.#folder === null) {
      this.#background = this.#forget();
      return;
    }
    const folder = this.#folder;
    const writer = new ArchiveWriter(folder);
    this.#writer = writer;
    this.health.add('archive', async () => {
      if (this.#trouble !== null) return { up: false, detail: this.#trouble.message };
      return { up: true, detail: `writes to ${folder}` };
    });
    if (await this.#isWritable(writer)) {
      await this.#subscribe(writer);
      if (this.config.RAW_ARCHIVE_DAYS > 0) this.#background = this.#prune(folder);
    } else {
      this.report.archiveTrouble('it is looked for again, and fetching goes on', this.#trouble);
      this.#background = this.#awaitDisk(writer, folder);
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#stop.abort();
    await this.#background;
    await this.#subscription?.close();
    await this.#writer?.close();
  }

  async #isWritable(writer: ArchiveWriter): Promise<boolean> {
    try {
      await writer.check();
      this.#trouble = null;
    } catch (error) {
      this.#trouble = error as KhabarError;
      this.report.archiveFailed();
    }
    return this.#trouble === null;
  }

  async #subscribe(writer: ArchiveWriter): Promise<void> {
    this.#subscription = await this.bus.subscribe<'news.raw.v1'>({
      topic: RAW_ARTICLES,
      group: CONSUMER_GROUPS.archive,
      handle: (batch) => this.#write(writer, batch),
    });
  }

  /** Subscribes once the disk is there; whatever fails until then is told by the health, and tried again. */
  async #awaitDisk(writer: ArchiveWriter, folder: string): Promise<void> {
    const { signal } = this.#stop;
    while (this.#subscription === null) {
      await setTimeout(CHECK_EVERY_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      if (!(await this.#isWritable(writer))) continue;
      try {
        await this.#subscribe(writer);
      } catch (error) {
        this.#trouble = toKhabarError(error);
      }
    }
    if (this.config.RAW_ARCHIVE_DAYS > 0) await this.#prune(folder);
  }

  async #write(writer: ArchiveWriter, { partition, events }: Batch<'news.raw.v1'>): Promise<void> {
    try {
      const bytes = await writer.append(partition, events, new Date());
      this.#trouble = null;
      this.report.archived(events.length, bytes);
    } catch (error) {
      this.#trouble = error as KhabarError;
      this.report.archiveFailed();
      throw error;
    }
  }

  async #forget(): Promise<void> {
    try {
      await this.bus.forgetGroup(CONSUMER_GROUPS.archive);
    } catch (error) {
      if (!this.#stop.signal.aborted) this.report.archiveTrouble('its consumer group could not be forgotten', error);
    }
  }

  async #prune(folder: string): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        this.report.archivePruned(await pruneArchive(folder, this.config.RAW_ARCHIVE_DAYS, new Date()));
      } catch (error) {
        this.report.archiveTrouble('old days could not be deleted', error);
      }
      await setTimeout(PRUNE_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
