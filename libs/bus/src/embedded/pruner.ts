import type { Pool } from 'pg';
import { Bell } from '../bell.ts';
import { rowsOf } from './database.ts';

/** Records deleted in one transaction at most. */
const PRUNE_BATCH = 500;

/** Deletes in the background what topics need not keep any longer (`bus.prune`). */
export class Pruner {
  readonly #pool: Pool;
  readonly #everyMs: number;
  readonly #onFailure: (error: unknown) => void;
  readonly #bell = new Bell();
  readonly #working: Promise<void>;
  #closing = false;

  /** The first time after a random part of the period, for all processes of a machine start together. */
  constructor(pool: Pool, everyMs: number, onFailure: (error: unknown) => void) {
    this.#pool = pool;
    this.#everyMs = everyMs;
    this.#onFailure = onFailure;
    this.#working = this.#work();
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#bell.ring();
    await this.#working;
  }

  async #work(): Promise<void> {
    await this.#bell.wait(this.#everyMs * Math.random());
    while (!this.#closing) {
      try {
        await this.#prune();
      } catch (error) {
        this.#onFailure(error);
      }
      if (!this.#closing) await this.#bell.wait(this.#everyMs);
    }
  }

  async #prune(): Promise<void> {
    const partitions = await rowsOf<[number, number]>(this.#pool, {
      text: 'select topic_id, number from bus.partition where next_offset > start_offset order by 1, 2',
    });
    for (const [topic, partition] of partitions) {
      let deleted: number;
      do {
        if (this.#closing) return;
        const [row] = await rowsOf<[string]>(this.#pool, {
          text: 'select bus.prune($1, $2, $3)',
          values: [topic, partition, PRUNE_BATCH],
        });
        deleted = Number(row![0]);
      } while (deleted === PRUNE_BATCH);
    }
  }
}
