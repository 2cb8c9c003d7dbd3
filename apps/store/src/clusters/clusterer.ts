import { toKhabarError } from '@khabar/contracts';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BackgroundWork, pauseAfterFailures } from '../background-work.ts';
import { StoreEvents } from '../events.ts';
import { OutboxRelay } from '../outbox/outbox-relay.ts';
import { type Clustered, clusterArticles } from './cluster-articles.ts';
import { SELECT_LAG } from './statements.ts';

const BATCH_SIZE = 300;
/** How often the queue is looked at when nothing here was stored: for what other stores left behind. */
const IDLE_MS = 1_000;
/** How soon another clusterer's turn is over, most likely. */
const TURN_MS = 100;
/** How often the lag is asked for, at most. */
const LAG_EVERY_MS = 1_000;
const COUNTED_ARTICLES = 10_000;

/** What waits to be looked at. */
export interface ClusteringLag {
  /** Up to 10,000. */
  readonly articles: number;
  /** Since when the oldest waits; null when none does. */
  readonly since: Date | null;
}

/** Looks for echoes of what was stored, from the start of the service to its end: at once after a commit of this store. */
@Injectable()
export class Clusterer implements OnApplicationBootstrap {
  readonly #work = new BackgroundWork();
  /** Articles of a failed round that are still to be looked at one by one, to find the one that is at fault. */
  #oneByOne = 0;
  #lagAskedAtMs = 0;

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(OutboxRelay) private readonly relay: OutboxRelay,
    @Inject(StoreEvents) private readonly report: StoreEvents,
  ) {}

  onApplicationBootstrap(): void {
    this.#work.start(() => this.#run());
  }

  /** Finishes the round at hand; what is left is looked at after the next start. */
  async stop(): Promise<void> {
    await this.#work.stop();
  }

  /** Says that there is something to look at. */
  ring(): void {
    this.#work.ring();
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#work.isStopping) {
      let heard = this.#work.rings;
      let pauseMs: number;
      try {
        const { inTurn, count } = await this.#round();
        failures = 0;
        if (count > 0) continue;
        pauseMs = inTurn ? IDLE_MS : TURN_MS;
      } catch (thrown) {
        const error = toKhabarError(thrown);
        if (!error.dependency && error.code !== 'database-conflict') this.#oneByOne = BATCH_SIZE;
        failures++;
        pauseMs = pauseAfterFailures(failures);
        this.report.clusteringFailed(error, pauseMs);
        heard = this.#work.rings; // a commit of before does not shorten the pause
      }
      await this.#work.pause(pauseMs, heard);
    }
  }

  async #round(): Promise<Clustered> {
    const limit = this.#oneByOne > 0 ? 1 : BATCH_SIZE;
    const clustered = await clusterArticles(this.dataSource, limit, new Date().toISOString());
    this.#oneByOne = Math.max(0, this.#oneByOne - 1);
    this.report.clustered(clustered);
    if (clustered.announcements.length > 0) this.relay.ring();
    if (performance.now() - this.#lagAskedAtMs >= LAG_EVERY_MS) {
      this.#lagAskedAtMs = performance.now();
      const rows: ClusteringLag[] = await this.dataSource.query(SELECT_LAG, [COUNTED_ARTICLES]);
      this.report.clusteringLags(rows[0]!);
    }
    return clustered;
  }
}
