import { setTimeout } from 'node:timers/promises';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 30_000;

/** Work that goes on beside everything else, from the start of the service to its end. */
export class BackgroundWork {
  readonly #stop = new AbortController();
  readonly #wakers = new Set<() => void>();
  #running: Promise<unknown> | null = null;
  #rings = 0;

  /** Whether nothing new is to begin. */
  get isStopping(): boolean {
    return this.#stop.signal.aborted;
  }

  /** How often it was rung for. To be read before one looks for something to do, so that what comes meanwhile is not slept through. */
  get rings(): number {
    return this.#rings;
  }

  /** Begins it. `run` heeds {@link isStopping}, and never rejects. */
  start(run: () => Promise<unknown>): void {
    this.#running = run();
  }

  /** Resolves when the step at hand is finished. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** Says that there is something to do. */
  ring(): void {
    this.#rings += 1;
    for (const wake of this.#wakers) wake();
  }

  /** Ends early when it is to stop, and, where `heard` is given, when it was rung for since there were so many {@link rings}. */
  async pause(ms: number, heard?: number): Promise<void> {
    if (heard !== undefined && heard !== this.#rings) return;
    const woken = new AbortController();
    const wake = () => woken.abort();
    if (heard !== undefined) this.#wakers.add(wake);
    const signal = AbortSignal.any([this.#stop.signal, woken.signal]);
    await setTimeout(ms, undefined, { signal }).catch(() => undefined);
    this.#wakers.delete(wake);
  }
}

/** How long to pause after so many failures in a row, from 1, in milliseconds: it doubles, up to half a minute. */
export function pauseAfterFailures(failures: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
}
