/** How many settled offsets are kept in memory before they are let go together. */
const LET_GO = 1024;

/**
 * Which offset of a partition may be committed: events are done in any order, and everything below the first one that is not done may
 * be committed, nothing beyond it.
 */
export class OffsetTracker {
  #offsets: bigint[] = [];
  readonly #done = new Set<bigint>();
  #settled = 0;
  #committable: bigint | null = null;

  /** An offset that is now at work; they come in rising order. A log may have gaps between them; these count as done. */
  begin(offset: bigint): void {
    this.#offsets.push(offset);
  }

  /** Marks one offset as done. */
  done(offset: bigint): void {
    this.#done.add(offset);
    while (this.#settled < this.#offsets.length && this.#done.delete(this.#offsets[this.#settled]!)) {
      this.#committable = this.#offsets[this.#settled]! + 1n;
      this.#settled += 1;
    }
    if (this.#settled >= LET_GO) {
      this.#offsets = this.#offsets.slice(this.#settled);
      this.#settled = 0;
    }
  }

  /** The offset to commit, that is the next one to be handled, or null when nothing is done up to the first gap. */
  get committable(): bigint | null {
    return this.#committable;
  }

  /** How many offsets, done or not, have begun from the first that is not done on: so many come again after a crash. */
  get uncommittable(): number {
    return this.#offsets.length - this.#settled;
  }
}
