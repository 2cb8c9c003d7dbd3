/**
 * Which offset of a partition may be committed: events are done in any order, and everything below the first one that is not done may
 * be committed, nothing beyond it.
 */
export class OffsetTracker {
  readonly #offsets: readonly bigint[];
  readonly #done = new Set<bigint>();
  #settled = 0;

  /** The offsets of a batch in rising order. A log may have gaps between them; they count as done. */
  constructor(offsets: readonly bigint[]) {
    this.#offsets = offsets;
  }

  /** Marks one offset as done. */
  done(offset: bigint): void {
    this.#done.add(offset);
    while (this.#settled < this.#offsets.length && this.#done.delete(this.#offsets[this.#settled]!)) this.#settled += 1;
  }

  /** The offset to commit, that is the next one to be handled, or null when nothing is done up to the first gap. */
  get committable(): bigint | null {
    return this.#settled === 0 ? null : this.#offsets[this.#settled - 1]! + 1n;
  }
}
