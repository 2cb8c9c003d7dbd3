import { setTimeout } from 'node:timers/promises';

/** How long an article may wait for the index, in seconds: a searcher is to find it within two, of which the round that takes it in is a part. */
const WAIT_SECONDS = 1;
/** Articles that may wait before it is known how fast the index takes them in: one batch of the bus. */
const FIRST_ALLOWANCE = 500;
/** How much of a round's rate counts: one that was disturbed says little. */
const SMOOTHING = 0.3;

/**
 * Lets articles be saved as fast as the index takes them in, so that none waits for it longer than a searcher may: what begins to be saved
 * and what the index still lacks are together no more than it takes in within a second. Counts what passes through this store alone; what
 * others leave in the queue is theirs to wait for.
 */
export class SavingRoom {
  readonly #limitMs: number;
  #allowance = FIRST_ALLOWANCE;
  #saving = 0;
  #waiting = 0;
  #isOpen = true;
  #changed = Promise.withResolvers<void>();

  /** `limitMs` is for how long at most a batch is held up: a long queue slows saving down and never stops it. */
  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  /** Whether nothing is being saved. */
  get isIdle(): boolean {
    return this.#saving === 0;
  }

  /** Resolves when there is room for so many, at once where the index is not kept or fails. To be followed by {@link leave}. */
  async enter(count: number): Promise<void> {
    if (!this.#has(count)) {
      const stop = new AbortController();
      const over = setTimeout(this.#limitMs, true, { signal: stop.signal }).catch(() => true);
      const changed = () => this.#changed.promise.then(() => false);
      while (!this.#has(count) && !(await Promise.race([changed(), over])));
      stop.abort();
    }
    this.#saving += count;
  }

  /** Of so many that entered the index lacks `added` now. */
  leave(count: number, added: number): void {
    this.#saving -= count;
    this.#waiting += added;
    this.#tell();
  }

  /** The index took in so many at a rate a second; `isAll` when nothing else waits. */
  indexed(count: number, perSecond: number, isAll: boolean): void {
    this.#isOpen = false;
    this.#waiting = isAll ? 0 : Math.max(0, this.#waiting - count);
    if (!isAll) this.#allowance += SMOOTHING * (perSecond * WAIT_SECONDS - this.#allowance);
    this.#tell();
  }

  /** Holds nothing up from now on, until the index takes something in again: what is not found is better stored than lost. */
  open(): void {
    this.#isOpen = true;
    this.#tell();
  }

  #has(count: number): boolean {
    const ahead = this.#saving + this.#waiting;
    return this.#isOpen || ahead === 0 || ahead + count <= this.#allowance;
  }

  #tell(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }
}
