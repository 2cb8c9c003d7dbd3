/** How a poll ended, as far as the schedule asks. */
export type PollOutcome =
  /** Something was read, new or not. */
  | { readonly kind: 'fetched' }
  /** The server, or the file's stamp, said that nothing changed. */
  | { readonly kind: 'unchanged' }
  /** Files are still being written. */
  | { readonly kind: 'unsettled' }
  /** The source's fault. `retryAfterMs` is what the server asked for. */
  | { readonly kind: 'failed'; readonly retryAfterMs: number | null }
  /** The source ended for good (410). */
  | { readonly kind: 'gone' }
  /** Our own fault: the bus was away, or the service stops. */
  | { readonly kind: 'interrupted' };

/** What {@link nextPoll} weighs. */
export interface NextPollInput {
  readonly now: Date;
  readonly outcome: PollOutcome;
  /** Between two polls when all is well, in milliseconds. */
  readonly intervalMs: number;
  /** Failures in a row, this one included. */
  readonly failureCount: number;
  /** From 0 up to, not including, 1: the luck in the jitter. */
  readonly random: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const UNSETTLED_MS = 2_000;
const INTERRUPTED_MS = 5_000;
/** A tenth of the interval either way, so that sources that came together do not stay together. */
const JITTER = 0.1;

/**
 * When a source is due again; null for never. Failures double the pause from the interval up to a day (or the interval, where that
 * is longer); no pause is shorter than the server asked for, but none it asked for is longer than a day.
 */
export function nextPoll({ now, outcome, intervalMs, failureCount, random }: NextPollInput): Date | null {
  const after = (pauseMs: number) => new Date(now.getTime() + Math.round(pauseMs * (1 + JITTER * (2 * random - 1))));
  switch (outcome.kind) {
    case 'fetched':
    case 'unchanged':
      return after(intervalMs);
    case 'unsettled':
      return after(Math.min(UNSETTLED_MS, intervalMs));
    case 'interrupted':
      return after(INTERRUPTED_MS);
    case 'gone':
      return null;
    case 'failed': {
      const longest = Math.max(DAY_MS, intervalMs);
      const doublings = Math.min(Math.max(failureCount, 1) - 1, 30);
      const pause = after(Math.min(intervalMs * 2 ** doublings, longest));
      const asked = Math.min(outcome.retryAfterMs ?? 0, DAY_MS);
      return new Date(Math.max(pause.getTime(), now.getTime() + asked));
    }
  }
}
