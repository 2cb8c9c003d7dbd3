import { Bus } from '@khabar/bus';
import { toKhabarError } from '@khabar/contracts';
import { CONFIG } from '@khabar/runtime';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BackgroundWork, pauseAfterFailures } from '../background-work.ts';
import { ChangeFeed } from '../changes/change-feed.ts';
import type { StoreConfig } from '../config.ts';
import { StoreEvents } from '../events.ts';
import { type Relayed, relayChanges } from './relay-changes.ts';
import { RoundRelay } from './round-relay.ts';

const BATCH_SIZE = 500;
/** How often the outbox is looked at when nothing here was stored: for what other stores left behind. */
const IDLE_MS = 1_000;
/** How soon another relay's turn is over, most likely. */
const TURN_MS = 100;

/** Announces on `news.changes.v1` what was stored, from the start of the service to its end: at once after a commit of this store. */
@Injectable()
export class OutboxRelay implements OnApplicationBootstrap {
  readonly #work = new BackgroundWork();
  readonly #rounds: RoundRelay | null;

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(Bus) private readonly bus: Bus,
    @Inject(StoreEvents) private readonly report: StoreEvents,
    @Inject(ChangeFeed) private readonly feed: ChangeFeed,
    @Inject(CONFIG) config: StoreConfig,
  ) {
    this.#rounds = config.BUS_TRANSACTIONS ? new RoundRelay(dataSource, bus) : null;
  }

  onApplicationBootstrap(): void {
    this.#work.start(() => this.#run());
  }

  /** Finishes the round at hand; what is left is announced after the next start. */
  async stop(): Promise<void> {
    await this.#work.stop();
    await this.#rounds?.close();
  }

  /** Says that there is something to announce. */
  ring(): void {
    this.#work.ring();
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#work.isStopping) {
      let heard = this.#work.rings;
      let pauseMs: number;
      try {
        const relayed = await this.#relay();
        if (relayed.inTurn) this.report.relayed(relayed);
        if (relayed.count > 0) this.feed.ring();
        failures = 0;
        if (relayed.count === BATCH_SIZE) continue;
        pauseMs = relayed.inTurn ? IDLE_MS : TURN_MS;
      } catch (thrown) {
        failures++;
        pauseMs = pauseAfterFailures(failures);
        this.report.relayFailed(toKhabarError(thrown), pauseMs);
        heard = this.#work.rings; // a commit of before does not shorten the pause
      }
      await this.#work.pause(pauseMs, heard);
    }
  }

  #relay(): Promise<Relayed> {
    if (this.#rounds) return this.#rounds.relay(BATCH_SIZE);
    return relayChanges(this.dataSource, (events) => this.bus.publish(events), BATCH_SIZE);
  }
}
