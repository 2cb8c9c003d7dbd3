/** So many may be at something at once; who comes later waits for their turn, in order. */
export class Turns {
  readonly #waiting = new Set<(isTaken: boolean) => void>();
  #free: number;

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  /** True when it is one's turn, to be followed by {@link give}; false when `signal` aborted before. */
  async take(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false;
    if (this.#free > 0) {
      this.#free--;
      return true;
    }
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const leave = () => {
      this.#waiting.delete(resolve);
      resolve(false);
    };
    this.#waiting.add(resolve);
    signal.addEventListener('abort', leave, { once: true });
    const isTaken = await promise;
    signal.removeEventListener('abort', leave);
    return isTaken;
  }

  /** Ends one's turn. */
  give(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free++;
      return;
    }
    this.#waiting.delete(next);
    next(true);
  }
}
