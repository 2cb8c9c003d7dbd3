import { setTimeout } from 'node:timers/promises';
import { Bus } from '@khabar/bus';
import { toKhabarError } from '@khabar/contracts';
import { CONFIG } from '@khabar/runtime';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
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
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 30_000;

/** Announces on `news.changes.v1` what was stored, from the start of the service to its end: at once after a commit of this store. */
@Injectable()
export class OutboxRelay implements OnApplicationBootstrap {
  readonly #stop = new AbortController();
  readonly #rounds: RoundRelay | null;
  #running: Promise<void> | null = null;
  #bell = Promise.withResolvers<void>();

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
    this.#running = this.#run();
  }

  /** Finishes the round at hand; what is left is announced after the next start. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#rounds?.close();
  }

  /** Says that there is something to announce. */
  ring(): void {
    this.#bell.resolve();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    let failures = 0;
    while (!signal.aborted) {
      this.#bell = Promise.withResolvers<void>();
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
        pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
        this.report.relayFailed(toKhabarError(thrown), pauseMs);
        this.#bell = Promise.withResolvers<void>(); // a commit does not shorten the pause
      }
      await this.#pause(pauseMs);
    }
  }

  #relay(): Promise<Relayed> {
    if (this.#rounds) return this.#rounds.relay(BATCH_SIZE);
    return relayChanges(this.dataSource, (events) => this.bus.publish(events), BATCH_SIZE);
  }

  async #pause(ms: number): Promise<void> {
    const timer = new AbortController();
    const signal = AbortSignal.any([this.#stop.signal, timer.signal]);
    await Promise.race([this.#bell.promise, setTimeout(ms, undefined, { signal }).catch(() => undefined)]);
    timer.abort();
  }
}
