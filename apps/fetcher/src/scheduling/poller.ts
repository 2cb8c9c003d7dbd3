import { basename, dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Bus } from '@khabar/bus';
import { KhabarError } from '@khabar/contracts';
import { CONFIG, inSpan } from '@khabar/runtime';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { FetcherConfig } from '../config.ts';
import { raiseDatabaseError } from '../database.ts';
import { discoverFeed } from '../discovery/feed.ts';
import { filesIn } from '../discovery/file-names.ts';
import { discoverFiles } from '../discovery/files.ts';
import type { Discovery } from '../discovery/finding.ts';
import { FolderWatch } from '../discovery/folder-watch.ts';
import { Workspace } from '../discovery/workspace.ts';
import { FetcherEvents } from '../events.ts';
import { DocumentFetcher } from '../fetching/fetch-document.ts';
import { announcedForms } from '../frontier/announced.ts';
import { ChangedPaths } from './changed-paths.ts';
import { type LeasedSource, askForPoll, leaseDueSources, leaseSource, renewLeases } from './due-sources.ts';
import { type PollScope, pollSource } from './poll-source.ts';

/** How long the poller sleeps when it has nothing to do: other fetchers and the clock make sources due without telling it. */
const IDLE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * The loop: takes what is due, so many at once, until the service stops; then takes nothing more and finishes what it holds. Fetches
 * that are under way are broken off, what is being published is published.
 */
@Injectable()
export class Poller implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #stop = new AbortController();
  readonly #running = new Map<string, { readonly lease: LeasedSource; readonly done: Promise<void> }>();
  readonly #changes = new ChangedPaths();
  readonly #watch: FolderWatch;
  #wakeUp = Promise.withResolvers<void>();
  #loop: Promise<void> | null = null;
  #renewal: NodeJS.Timeout | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: FetcherConfig,
    @Inject(DataSource) private readonly database: DataSource,
    @Inject(Bus) private readonly bus: Bus,
    @Inject(DocumentFetcher) private readonly documents: DocumentFetcher,
    @Inject(Workspace) private readonly workspace: Workspace,
    @Inject(FetcherEvents) private readonly report: FetcherEvents,
  ) {
    this.#watch = new FolderWatch(report, (sourceId, path) => {
      this.#changes.add(sourceId, path);
      this.wake();
    });
  }

  onApplicationBootstrap(): void {
    this.#loop = this.#run();
    this.#renewal = setInterval(() => void this.#renew(), this.config.POLL_LEASE / 3);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#stop.abort();
    this.wake();
    await this.#loop;
    await Promise.all([...this.#running.values()].map(({ done }) => done));
    await this.#watch.close();
    clearInterval(this.#renewal);
  }

  /** Something may be due: look now. */
  wake(): void {
    this.#wakeUp.resolve();
  }

  async #run(): Promise<void> {
    let pauseMs = IDLE_MS;
    while (!this.#stop.signal.aborted) {
      this.#wakeUp = Promise.withResolvers();
      const woken = this.#wakeUp.promise;
      try {
        await this.#takeChanged();
        await this.#takeDue();
        pauseMs = IDLE_MS;
        await Promise.race([woken, this.#sleep(IDLE_MS)]);
      } catch (error) {
        this.report.scheduleAway(error, pauseMs);
        await this.#sleep(pauseMs);
        pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      }
    }
  }

  async #takeDue(): Promise<void> {
    const { POLL_CONCURRENCY, POLL_LEASE } = this.config;
    const free = POLL_CONCURRENCY - this.#running.size;
    if (free <= 0 || this.#stop.signal.aborted) return;
    const leases = await leaseDueSources(this.database, free, POLL_LEASE);
    this.report.taken(leases, new Date());
    for (const lease of leases) this.#start(lease, 'all');
  }

  async #takeChanged(): Promise<void> {
    for (const [sourceId, paths] of this.#changes.bySource()) {
      if (this.#running.has(sourceId) || this.#running.size >= this.config.POLL_CONCURRENCY) continue;
      if (paths === 'many') {
        await askForPoll(this.database, sourceId);
        this.#changes.delete(sourceId);
        continue;
      }
      const lease = await leaseSource(this.database, sourceId, this.config.POLL_LEASE);
      if (lease === 'busy') continue;
      this.#changes.delete(sourceId);
      if (lease === 'none') await this.#watch.forget(sourceId);
      else this.#start(lease, 'changes', paths);
    }
  }

  #start(lease: LeasedSource, scope: PollScope, paths?: ReadonlySet<string>): void {
    const { database, bus, report } = this;
    const discovery = this.#discover(lease, paths);
    const attributes = { 'khabar.source.id': lease.id, 'khabar.source.kind': lease.kind };
    const parts = { database, bus, report, intervalMs: this.config.POLL_INTERVAL };
    const done = inSpan(`poll ${lease.kind}`, { attributes }, () => pollSource(lease, discovery, scope, parts))
      // The result could not be written. Nobody prolongs the lease any more, so the poll is repeated when it lapses.
      .catch((error: unknown) => report.scheduleAway(error, this.config.POLL_LEASE))
      .finally(() => {
        this.#running.delete(lease.id);
        this.wake();
      });
    this.#running.set(lease.id, { lease, done });
  }

  #discover(source: LeasedSource, changed?: ReadonlySet<string>): Discovery {
    const known = (ids: readonly string[]) => announcedForms(this.database, source.id, ids).catch(raiseDatabaseError);
    switch (source.kind) {
      case 'feed':
        return discoverFeed(source, this.documents, known, this.#stop.signal);
      case 'folder':
      case 'file':
        return this.#discoverFiles(source, source.kind, known, changed);
      default:
        throw new KhabarError('unknown-kind', `This version of Khabar polls no source of kind ${source.kind}`);
    }
  }

  async *#discoverFiles(
    source: LeasedSource,
    kind: 'folder' | 'file',
    known: Parameters<typeof discoverFiles>[3],
    changed?: ReadonlySet<string>,
  ): Discovery {
    const path = await this.workspace.locate(source.address, kind);
    // Before the look, so that what changes in between is seen by one of the two.
    const except = await this.workspace.dataFolder();
    await this.#watch.ensure(source, { path, kind, except });
    const folder = kind === 'folder' ? path : dirname(path);
    const paths = (unreadable: (path: string) => void) =>
      changed ?? (kind === 'folder' ? filesIn({ path: folder, except }, unreadable) : [basename(path)]);
    const settings = { maxBytes: this.config.FETCH_MAX_BYTES, settleMs: this.config.FETCH_FILE_SETTLE };
    return yield* discoverFiles(source, { folder, paths }, settings, known, this.#stop.signal);
  }

  async #renew(): Promise<void> {
    const leases = [...this.#running.values()].map(({ lease }) => lease);
    if (leases.length === 0) return;
    try {
      await renewLeases(this.database, leases, this.config.POLL_LEASE);
    } catch (error) {
      this.report.scheduleAway(error, this.config.POLL_LEASE / 3);
    }
  }

  async #sleep(ms: number): Promise<void> {
    await setTimeout(ms, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }
}
