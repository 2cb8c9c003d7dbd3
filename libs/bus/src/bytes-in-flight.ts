import type { BusSettings } from './settings.ts';

/** Bytes of records that were taken from the log and are not yet settled: one budget for all consumers of a bus. */
export class BytesInFlight {
  readonly #max: number;
  readonly #waiting = new Set<() => void>();
  #used = 0;

  /** @param max in bytes; a record that is larger is taken all the same, by a partition that holds no other */
  constructor(max: number) {
    this.#max = max;
  }

  /** Nobody who still holds records may take more. */
  get spent(): boolean {
    return this.#used >= this.#max;
  }

  get used(): number {
    return this.#used;
  }

  take(bytes: number): void {
    this.#used += bytes;
  }

  release(bytes: number): void {
    const wasSpent = this.spent;
    this.#used -= bytes;
    if (!wasSpent || this.spent) return;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  /** Calls `wake` once, when it is no longer spent. */
  whenFree(wake: () => void): void {
    this.#waiting.add(wake);
  }

  /** Undoes {@link whenFree}. */
  forget(wake: () => void): void {
    this.#waiting.delete(wake);
  }
}

/** Most bytes to read at once of each of so many partitions: no more than a batch, and all of them together half of what may be in flight. */
export function readAtOnce(
  settings: Pick<BusSettings, 'batchMaxBytes' | 'maxBytesInFlight'>,
  partitions: number,
): number {
  return Math.min(settings.batchMaxBytes, Math.ceil(settings.maxBytesInFlight / 2 / partitions));
}
