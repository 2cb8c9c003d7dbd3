import type { StreamedChange } from './read-changes.ts';

/** The newest changes, so many at most: what all who follow read from, without asking the database each for himself. */
export class ChangeWindow {
  readonly #size: number;
  #changes: StreamedChange[] = [];
  /** All changes behind this one and up to the newest are here. */
  #after: number;
  #newest: number;

  /** Empty, behind a number. */
  constructor(size: number, newest: number) {
    this.#size = size;
    this.#after = newest;
    this.#newest = newest;
  }

  /** The number up to which it knows all. */
  get newest(): number {
    return this.#newest;
  }

  /** Adds the changes that follow. */
  add(changes: readonly StreamedChange[]): void {
    this.#changes.push(...changes);
    this.#newest = changes.at(-1)?.number ?? this.#newest;
    if (this.#changes.length <= this.#size) return;
    const dropped = this.#changes.splice(0, this.#changes.length - this.#size);
    this.#after = dropped.at(-1)!.number;
  }

  /** So many changes behind a number; null where some of them are not here any more, or never were. */
  read(after: number, limit: number): readonly StreamedChange[] | null {
    if (after < this.#after) return null;
    const from = this.#placeBehind(after);
    return this.#changes.slice(from, from + limit);
  }

  #placeBehind(number: number): number {
    let [low, high] = [0, this.#changes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#changes[middle]!.number <= number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
